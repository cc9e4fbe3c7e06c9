import { relative } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { type Conflict, describeConflict } from "../../../git/merge/conflict.ts";
import {
  cannotBeCarriedOut,
  type Decisions,
  type MergeKeys,
  mergeWithDecisions,
  resolveAll,
} from "../../../git/merge/decisions.ts";
import { readVersions, refuseEdited, unmergedFile } from "../../../git/merge/index-stages.ts";
import { keyGrants } from "../../../git/merge/key-grants.ts";
import type { Decision } from "../../../git/merge/merge-context.ts";
import { mergeCredentials, NO_CREDENTIALS } from "../../../git/merge/merge-credentials.ts";
import type { MergeResult } from "../../../git/merge/merge-stores.ts";
import { hasSameEntries, onTop, readCommittedMerge, trustingNewKeys } from "../../../git/merge/redo-merge.ts";
import { leftOut, recordDecisions, refuseUnsound } from "../../../git/merge/resolution.ts";
import {
  conflictedStore,
  placeOfStore,
  readCurrent,
  type StorePlace,
  writeAndStage,
} from "../../../git/merge/store-in-conflict.ts";
import { valuesAlone, valuesInQuestion } from "../../../git/merge/values-in-question.ts";
import { custodiansOf, SIDES, type StoreVersions } from "../../../git/merge/versions.ts";
import { KeyFile } from "../../../store/key-file.ts";
import type { KnownKeys } from "../../../store/trust/known-keys.ts";
import { absolutePath } from "../../../system/path-text.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option, repeatableOption } from "../../argv/option.ts";
import { CONFLICT, text } from "../../argv/value-type.ts";
import { MergingCommand } from "../../base/merging-command.ts";
import { refuseForbiddenPlaintext } from "../../base/plaintext-fence.ts";
import { mergeTrust } from "../../base/trust/merge-trust.ts";
import { decisionQuestion, parseTake, readDecision, TAKE_WORDS } from "../../input/decision-prompt.ts";
import {
  correctionLine,
  corrections,
  type Resolution,
  resolutionJson,
  resolutionLines,
  undecided,
} from "../../report/conflict-report.ts";
import { type ConflictContext, sideLine } from "../../report/conflict-side.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class GitResolveCommand extends MergingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "finish a merge that left conflicts in the store",
    everyday: true,
    instead: "`--take NAME=DECISION` decides one conflict, such as `--take prod/api-key=ours`",
    examples: [
      ["Ask about each conflict", "$0 git resolve"],
      ["Decide by name", "$0 git resolve --take prod/api-key=theirs"],
      ["Leave an owner out", "$0 git resolve --take 'prod owner bob@example.com=leave-out'"],
      ["Our side of every conflict", "$0 git resolve --ours"],
      ["Correct a merge that was committed without pprotect", "$0 git resolve --merge HEAD"],
    ],
  };

  ours = flag("--ours", "take our side of every conflict");
  theirs = flag("--theirs", "take their side of every conflict");
  take = repeatableOption("--take", CONFLICT, `decide one conflict: ${TAKE_WORDS.join(", ")}`);
  show = flag("--show", "show the values of both sides (needs an owner's credentials)");
  merge = option("--merge", text("COMMIT"), "redo this merge commit by meaning and stage the correction");

  async run(): Promise<Outcome> {
    if (this.show) refuseForbiddenPlaintext(process.env, "git resolve --show");
    const given = this.#givenDecisions();
    return this.merge === undefined ? this.#resolveConflicts(given) : this.#redoMerge(this.merge, given);
  }

  async #resolveConflicts(given: Decisions): Promise<Outcome> {
    const store = await conflictedStore(this.file, this.storePath);
    const file = await unmergedFile(store.repository, store.name);
    const versions = await readVersions(store.repository, store.name, file);
    refuseEdited(store.path, store.shownPath, versions);
    const merged = await this.#mergeAndDecide(versions, store, given, await this.#trustIn(versions, store));
    if ("conflicts" in merged) return undecided(store.shownPath, merged.conflicts);
    await writeAndStage(store, merged.result.store, this.writeOptions);
    for (const line of resolutionLines(merged.resolution)) this.note(line);
    this.note(
      `Resolved and staged ${escapeUnprintable(store.shownPath)}. Next: \`git commit\` (or \`git rebase --continue\` and the like).`,
    );
    return {
      result: resolutionJson(store.shownPath, merged.resolution),
      nextActions: [
        {
          command: "git commit --no-edit",
          description: "finish the merge (`git rebase --continue` and the like in a rebase)",
          runnable: true,
        },
      ],
    };
  }

  /** Merges again what a commit merged without pprotect, and puts the difference on top of the file. */
  async #redoMerge(revision: string, given: Decisions): Promise<Outcome> {
    const path = absolutePath(this.storePath);
    const store = await placeOfStore(path);
    const { repository, shownPath } = store;
    const inRepository = relative(repository.root, path).replaceAll("\\", "/");
    const merge = await readCommittedMerge(repository, inRepository, revision);
    const trust = await this.#trustIn(merge.versions, store);
    const first = await this.#mergeAndDecide(merge.versions, store, given, trust);
    if ("conflicts" in first) return undecided(store.shownPath, first.conflicts);
    const current = readCurrent(path);
    const next = onTop(merge, first.result.store, current);
    const second =
      "store" in next
        ? undefined
        : await this.#mergeAndDecide(
            next.versions,
            store,
            new Map(),
            trustingNewKeys(await this.#trustIn(next.versions, store), first.result),
          );
    if (second && "conflicts" in second) return undecided(store.shownPath, second.conflicts);
    const corrected = "store" in next ? next.store : (second?.result.store ?? first.result.store);
    const name = displayName(revision);
    if (current && hasSameEntries(current, corrected)) {
      this.note(`${name} merged ${escapeUnprintable(shownPath)} correctly; nothing was changed.`);
      return { result: resolutionJson(shownPath, first.resolution) };
    }
    const found = corrections(current, corrected);
    await writeAndStage(store, corrected, this.writeOptions);
    for (const { resolution } of second ? [first, second] : [first]) {
      for (const line of resolutionLines(resolution)) this.note(line);
    }
    for (const correction of found) this.note(correctionLine(correction));
    this.note(`Corrected ${name} in ${escapeUnprintable(shownPath)} and staged it. Next: \`git commit\`.`);
    return {
      result: resolutionJson(shownPath, first.resolution, found),
      nextActions: [
        { command: "git commit -m MESSAGE", description: "commit the correction", runnable: false },
      ],
    };
  }

  #trustIn(versions: StoreVersions, { path }: StorePlace): Promise<KnownKeys> {
    return mergeTrust(path, versions, (message) => this.note(message));
  }

  /** Merges with decisions until no conflict is left; with `--json` it asks for none. */
  async #mergeAndDecide(
    versions: StoreVersions,
    store: StorePlace,
    given: Decisions,
    trust: KnownKeys,
  ): Promise<Merged | Undecided> {
    const credentials = await this.#mergeCredentials(versions, store.path, given, trust);
    const keys: MergeKeys = { credentials, trust };
    if (this.json && !this.ours && !this.theirs) {
      const { conflicts } = mergeWithDecisions(versions, keys, given);
      if (conflicts.length > 0) return { conflicts };
    }
    const context = { versions, keys, store };
    const result = await resolveAll(versions, keys, given, (conflict) => this.#decide(conflict, context));
    const left = leftOut(versions, result.store);
    const logged = recordDecisions(result.store, left, versions);
    refuseUnsound(store.shownPath, logged, versions);
    return {
      result: { ...result, store: logged },
      resolution: {
        leftOut: left,
        undone: result.undone,
        newKeys: result.newKeys,
        grants: keyGrants(versions, logged),
      },
    };
  }

  #givenDecisions(): Decisions {
    if (this.ours && this.theirs) throw new PprotectError("usage", "give --ours or --theirs, not both");
    return new Map(this.take.map(parseTake));
  }

  /** Uses leases, and takes or asks for credentials, only if they help with a conflict that has no decision yet. */
  async #mergeCredentials(
    versions: StoreVersions,
    path: string,
    given: Decisions,
    trust: KnownKeys,
  ): Promise<MergeKeys["credentials"]> {
    const isGiven = this.user !== undefined || (await this.hasGivenCredentials(custodiansOf(versions)));
    const keys: MergeKeys = { credentials: NO_CREDENTIALS, trust };
    const result = mergeWithDecisions(versions, keys, given);
    const helped = result.conflicts.filter(({ credentials }) => credentials !== "useless");
    if (isGiven && helped.length + result.incomingKeys.length === 0 && !this.show && given.size === 0)
      return NO_CREDENTIALS;
    const leased = await this.#leased(versions, path, helped);
    const needed = neededBy(
      leased ? mergeWithDecisions(versions, { ...keys, credentials: leased }, given).conflicts : helped,
    );
    if (leased && needed.length === 0) return leased;
    const user = isGiven ? this.user : await this.#askForUser(needed);
    if (!isGiven && user === undefined) return leased ?? NO_CREDENTIALS;
    return this.#credentialsOf(user, isGiven, versions, path);
  }

  /** @returns `undefined` where nobody is to be asked, or no user was named */
  async #askForUser(needed: readonly Conflict[]): Promise<string | undefined> {
    const isDecided = this.ours || this.theirs || this.nonInteractive || this.json;
    if (needed.length === 0 || (isDecided && !this.show)) return undefined;
    for (const conflict of needed) this.note(describeConflict(conflict));
    this.note("An owner's credentials can resolve this; leave the user empty to continue without.");
    return (await this.ask("User email: ", "user (-u/--user)")) || undefined;
  }

  /** @param isGiven whether the user, if any, was given and not asked for @throws PprotectError `wrong_credentials` */
  async #credentialsOf(
    user: string | undefined,
    isGiven: boolean,
    versions: StoreVersions,
    path: string,
  ): Promise<MergeKeys["credentials"]> {
    const { wrongCredentials } = await import("../../../credentials/cascade.ts");
    const creds = await this.credentials({
      ...this.credentialSources,
      ...this.sourcesFor(custodiansOf(versions)),
      user,
      ...(isGiven ? {} : { userSource: "the prompt" }),
    });
    await this.recordMerge(path, creds.name, versions);
    const credentials = mergeCredentials(creds, versions);
    if (credentials.problem() !== undefined) throw wrongCredentials(KeyFile.from(versions.ours), creds);
    return credentials;
  }

  /** What leases open of a merge: values, and no keys. One that cannot be used stops only what needs it. */
  async #leased(
    versions: StoreVersions,
    path: string,
    helped: readonly Conflict[],
  ): Promise<MergeKeys["credentials"] | undefined> {
    const isNeeded = this.show || neededBy(helped).length > 0;
    if (!isNeeded && (helped.length === 0 || this.ours || this.theirs)) return undefined;
    try {
      const values = await this.openValues(path, valuesInQuestion(versions));
      return values && valuesAlone(values, versions);
    } catch (error) {
      if (isNeeded || !(error instanceof PprotectError)) throw error;
      this.note(`pprotect: warning: ${error.message}`);
      return undefined;
    }
  }

  async #decide(conflict: Conflict, context: ConflictContext): Promise<Decision> {
    const bulk = this.ours ? "ours" : this.theirs ? "theirs" : undefined;
    const { choices, subject } = conflict;
    if (choices.length === 0) throw cannotBeCarriedOut(conflict);
    if (bulk !== undefined) {
      if (choices.includes(bulk)) return bulk;
      throw cannotBeCarriedOut(conflict);
    }
    this.note(`\n${describeConflict(conflict)}`);
    for (const side of SIDES) this.note(await sideLine(subject, side, context, this.show));
    for (;;) {
      const answer = await this.ask(decisionQuestion(conflict), "decision (--ours, --theirs or --take)");
      const word = readDecision(answer, conflict);
      if (word === "new") return { value: await this.askHidden("Secret value: ", "value on the next line") };
      if (word !== undefined) return word;
    }
  }
}

/** The conflicts that cannot be resolved without credentials. */
function neededBy(conflicts: readonly Conflict[]): readonly Conflict[] {
  return conflicts.filter(({ credentials }) => credentials === "needed");
}

interface Merged {
  readonly result: MergeResult;
  readonly resolution: Resolution;
}

interface Undecided {
  readonly conflicts: readonly Conflict[];
}
