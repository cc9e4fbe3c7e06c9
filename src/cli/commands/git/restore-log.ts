import { dirname, relative, sep } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { ownersPhrase } from "../../../git/guard/returned-owners.ts";
import { restoredLog } from "../../../git/history/restored-log.ts";
import { openBlobReader } from "../../../git/process/cat-file.ts";
import { openRepository, type Repository } from "../../../git/process/repository.ts";
import { stageFile } from "../../../git/process/stage.ts";
import { readLeniently } from "../../../store/diff/lenient-reading.ts";
import { KeyFile } from "../../../store/key-file.ts";
import type { StoreData } from "../../../store/store-data.ts";
import { absolutePath } from "../../../system/path-text.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { text } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class GitRestoreLogCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "put back audit log entries that a revert took out",
    details:
      "`git revert` also takes back the entries of the audit log. This puts them back and stages the store; the rest of the " +
      "store stays as it is.",
    examples: [
      ["After `git revert`, then `git commit --amend --no-edit`", "$0 git restore-log"],
      ["The entries that an older commit has", "$0 git restore-log HEAD~3"],
    ],
  };

  revision = optionalArgument(
    "revision",
    text("REVISION"),
    "the commit that has the entries (default: HEAD and its parents)",
  );

  async run(): Promise<Outcome> {
    const path = absolutePath(this.storePath);
    const repository = await openRepository(dirname(path));
    const earlier = await this.#earlierVersions(repository, path);
    const { restored, back } = restoredLog(this.readStore().data, earlier);
    const result = { restored, owners_back: back.map(({ domain, owner }) => ({ domain, owner })) };
    if (restored === 0) {
      this.note(
        `No entry is missing in the audit log of ${escapeUnprintable(this.storePath)}; nothing was changed.`,
      );
      return { result: { store: this.storePath, ...result } };
    }
    const outcome = await this.update(
      ({ data }) => KeyFile.from({ ...data, auditLog: restoredLog(data, earlier).auditLog }),
      `Put ${countNoun(restored, "audit log entry", "audit log entries")} back.`,
      result,
    );
    await stageFile(repository, relative(repository.directory, path));
    if (back.length > 0) {
      this.note(
        `pprotect: warning: the revert brought owners back: ${ownersPhrase(back)}; \`pprotect rm-owner\` and \`pprotect rotate-domain-keys\` end their access again`,
      );
    }
    this.note(
      `Staged ${escapeUnprintable(this.storePath)}. Next: \`git commit --amend --no-edit\`, or \`git commit\` if the revert was pushed.`,
    );
    return {
      ...outcome,
      nextActions: [
        {
          command: "git commit --amend --no-edit",
          description: "put the entries into the commit of the revert",
          runnable: true,
        },
      ],
    };
  }

  /** @throws PprotectError `usage` for a revision that has no such store */
  async #earlierVersions(repository: Repository, path: string): Promise<StoreData[]> {
    const blobs = openBlobReader(repository.root);
    const inRepository = relative(repository.root, path).split(sep).join("/");
    try {
      const stores: StoreData[] = [];
      for (const commit of await this.#commits(repository)) {
        const id = await repository.tryRun("rev-parse", "--verify", "--quiet", `${commit}:${inRepository}`);
        const bytes = id === undefined ? undefined : await blobs.read(id.trim());
        const store = bytes && readLeniently(bytes).store;
        if (store) stores.push(store);
      }
      if (stores.length > 0 || this.revision === undefined) return stores;
      throw new PprotectError(
        "usage",
        `${displayName(this.revision)} has no store ${displayName(inRepository)}`,
        "`git log` lists the commits",
      );
    } finally {
      await blobs.close();
    }
  }

  async #commits(repository: Repository): Promise<string[]> {
    const { revision = "HEAD" } = this;
    const listed = revision.startsWith("-")
      ? undefined
      : await repository.tryRun("rev-list", "--parents", "--max-count=1", revision, "--");
    const commits = (listed ?? "").trim().split(" ").filter(Boolean);
    return this.revision === undefined ? commits : commits.slice(0, 1);
  }
}
