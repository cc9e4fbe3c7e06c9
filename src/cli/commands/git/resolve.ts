import { dirname, relative, resolve } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { type Conflict, describeConflict } from "../../../git/merge/conflict.ts";
import {
  conflictText,
  type Decisions,
  mergeWithDecisions,
  recordLeftOut,
  resolveAll,
  secretsLeftOut,
} from "../../../git/merge/decisions.ts";
import { conflictedStores, lastChange, readStages, refuseEdited } from "../../../git/merge/index-stages.ts";
import { keyGrants } from "../../../git/merge/key-grants.ts";
import type { Decision } from "../../../git/merge/merge-context.ts";
import {
  type MergeCredentials,
  mergeCredentials,
  NO_CREDENTIALS,
} from "../../../git/merge/merge-credentials.ts";
import { SIDES, type Side, type StoreVersions } from "../../../git/merge/versions.ts";
import { openRepository, type Repository } from "../../../git/process/repository.ts";
import { stageFile } from "../../../git/process/stage.ts";
import { KeyFile } from "../../../store/key-file.ts";
import { replaceStoreFile } from "../../../store/store-file.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, repeatableOption } from "../../argv/option.ts";
import { CONFLICT } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class GitResolveCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "finish a merge that left conflicts in the store",
    everyday: true,
    examples: [
      ["Ask about each conflict", "$0 git resolve"],
      ["Decide by name", "$0 git resolve --take prod/api-key=theirs"],
      ["An owner", "$0 git resolve --take 'prod owner bob@example.com=ours'"],
      ["Our side of every conflict", "$0 git resolve --ours"],
    ],
  };

  ours = flag("--ours", "take our side of every conflict");
  theirs = flag("--theirs", "take their side of every conflict");
  take = repeatableOption("--take", CONFLICT, "decide one conflict: NAME=ours or NAME=theirs");
  show = flag("--show", "show the values of both sides (needs an owner's credentials)");

  async run(): Promise<Outcome> {
    const given = this.#givenDecisions();
    const path = await this.#conflictedStore();
    const shownPath = relative(process.cwd(), path);
    const repository = await openRepository(dirname(path));
    const name = relative(repository.directory, path);
    const versions = await readStages(repository, name);
    refuseEdited(path, shownPath);
    const credentials = await this.#mergeCredentials(versions, given);
    const context = { versions, credentials, repository, name };
    const merged = await resolveAll(versions, credentials, given, (conflict) =>
      this.#decide(conflict, context),
    );
    const leftOut = secretsLeftOut(versions, merged);
    const store = KeyFile.from(recordLeftOut(merged, leftOut));
    await replaceStoreFile(path, shownPath, store, this.writeOptions);
    await stageFile(repository, name);
    const grants = keyGrants(versions, merged);
    for (const grant of grants) this.note(`${grant}.`);
    if (leftOut.length > 0) {
      const names = leftOut.map(({ domain, secret }) => displayName(`${domain}/${secret}`));
      this.note(`Left out by these decisions: ${names.join(", ")}.`);
    }
    this.note(
      `Resolved and staged ${escapeUnprintable(shownPath)}. Next: \`git commit\` (or \`git rebase --continue\` and the like).`,
    );
    return {
      result: {
        store: shownPath,
        left_out: leftOut.map(({ domain, secret }) => ({ domain, secret })),
        grants,
      },
      nextActions: [
        {
          command: "git commit",
          description: "finish the merge (`git rebase --continue` and the like in a rebase)",
        },
      ],
    };
  }

  /** The store in conflict, wherever it is in the repository; `--file` chooses one of several. */
  async #conflictedStore(): Promise<string> {
    if (this.file !== undefined) return resolve(this.file);
    const repository = await openRepository(".");
    const stores = await conflictedStores(repository);
    const [only, ...others] = stores;
    if (only === undefined) return resolve(this.storePath);
    if (others.length > 0) {
      throw new PprotectError(
        "usage",
        `several stores are in conflict: ${stores.map(displayName).join(", ")}`,
        "name one with --file",
      );
    }
    return resolve(repository.root, only);
  }

  #givenDecisions(): Decisions {
    if (this.ours && this.theirs) throw new PprotectError("usage", "give --ours or --theirs, not both");
    return new Map(
      this.take.map((decision) => {
        const [, label, side] = /^(.+)=(ours|theirs)$/s.exec(decision) ?? [];
        if (label === undefined || side === undefined) {
          throw new PprotectError(
            "usage",
            `--take must be NAME=ours or NAME=theirs, not "${displayName(decision)}"`,
          );
        }
        return [label, side as Side];
      }),
    );
  }

  /** Asks for credentials only if they resolve a conflict that has no decision yet. */
  async #mergeCredentials(versions: StoreVersions, given: Decisions): Promise<MergeCredentials> {
    const { hasGivenCredentials, wrongCredentials } = await import("../../../credentials/cascade.ts");
    const haveCredentials = this.user !== undefined || hasGivenCredentials(this.givenCredentials);
    if (!haveCredentials) {
      const { conflicts } = mergeWithDecisions(versions, NO_CREDENTIALS, given);
      const helped = conflicts.filter(({ credentials }) => credentials === "needed");
      const decided = this.ours || this.theirs || this.nonInteractive;
      if (helped.length === 0 || (decided && !this.show)) return NO_CREDENTIALS;
      for (const conflict of helped) this.note(describeConflict(conflict));
      this.note("An owner's credentials can resolve this; leave the user empty to continue without.");
    }
    const user = haveCredentials ? this.user : await this.ask("User email: ", "user");
    if (user === "" && !haveCredentials) return NO_CREDENTIALS;
    const creds = await this.credentials({
      ...this.credentialSources,
      user,
      ...(haveCredentials ? {} : { userSource: "the prompt" }),
    });
    const credentials = mergeCredentials(creds, versions);
    if (!credentials.areValid()) throw wrongCredentials(KeyFile.from(versions.ours), creds);
    return credentials;
  }

  async #decide(conflict: Conflict, context: DecisionContext): Promise<Decision> {
    if (this.ours || this.theirs) return this.ours ? "ours" : "theirs";
    this.note(`\n${describeConflict(conflict)}`);
    for (const side of SIDES) this.note(await this.#sideLine(conflict, side, context));
    const isSecret = conflict.subject.kind === "secret";
    const question = `Take [o]urs${isSecret ? ", [t]heirs or a [n]ew value" : " or [t]heirs"}? `;
    for (;;) {
      const answer = (await this.ask(question, "decision (--ours, --theirs or --take)")).trim().toLowerCase();
      if (answer !== "" && "ours".startsWith(answer)) return "ours";
      if (answer !== "" && "theirs".startsWith(answer)) return "theirs";
      if (isSecret && answer !== "" && "new".startsWith(answer)) {
        return { value: await this.askHidden("Secret value: ", "value") };
      }
    }
  }

  async #sideLine({ subject }: Conflict, side: Side, context: DecisionContext): Promise<string> {
    const { versions, credentials, repository, name } = context;
    const text = conflictText(versions[side], subject);
    const change = text ?? conflictText(versions.base, subject);
    const who = change === undefined ? undefined : await lastChange(repository, side, name, change);
    const value =
      this.show && subject.kind === "secret"
        ? credentials.secret(side, subject.domain, subject.name)
        : undefined;
    const state = text === undefined ? "absent" : value === undefined ? "present" : JSON.stringify(value);
    return escapeUnprintable(`  ${`${side}:`.padEnd(8)}${state}${who === undefined ? "" : `, by ${who}`}`);
  }
}

interface DecisionContext {
  readonly versions: StoreVersions;
  readonly credentials: MergeCredentials;
  readonly repository: Repository;
  /** The store's path, relative to the directory that git runs in. */
  readonly name: string;
}
