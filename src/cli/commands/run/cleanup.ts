import { relative } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { shellWord } from "../../../common/shell-quote.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag } from "../../argv/option.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class CleanupCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "programs",
    summary: "remove the files that `env --out` and `inject --out` wrote",
    details:
      "The files are overwritten first. A file that was changed after pprotect wrote it is left alone. " +
      "With --expired it removes the files of all stores whose time is over or whose lease has ended, and what leases " +
      "that were killed left behind.",
    examples: [
      ["All files written from this store", "$0 cleanup"],
      ["Only list them", "$0 cleanup --dry-run"],
      ["Of all stores, what should not be there any more", "$0 cleanup --expired"],
    ],
  };

  dryRun = flag("--dry-run", "list what would be removed, and remove nothing");

  expired = flag("--expired", "only files whose time or lease has ended, of all stores, and dead sockets");

  async run(): Promise<Outcome> {
    if (this.expired) return this.#removeExpired();
    const { cleanUp } = await import("../../../exec/plaintext-files/cleanup.ts");
    const { removed, kept, elsewhere } = await cleanUp(this.storePath, this.dryRun, (message) =>
      this.note(message),
    );
    for (const path of removed) this.printLine(displayName(relative(currentDirectory(), path)));
    for (const path of kept)
      this.note(
        `left ${displayName(relative(currentDirectory(), path))}: it was changed since pprotect wrote it`,
      );
    if (removed.length + kept.length === 0)
      this.note(
        `Nothing to remove: no file that pprotect wrote from ${displayName(this.storePath)} is left.`,
      );
    const stores = [...new Set(elsewhere.map(({ store }) => store))];
    for (const store of stores) {
      const paths = elsewhere
        .filter((file) => file.store === store)
        .map(({ path }) => displayName(relative(currentDirectory(), path)));
      this.note(
        `left ${paths.join(", ")}: written from ${displayName(store)}, which is not there any more; ` +
          `\`pprotect cleanup --file ${shellWord(displayName(store))}\` removes what was written from it`,
      );
    }
    return {
      result: { removed, kept, dry_run: this.dryRun },
      refusal: refusalOf(kept),
      nextActions: this.next(
        ...stores.map((store) => ({
          command: ["cleanup", "--file", store],
          description: `remove what was written from ${displayName(store)}`,
        })),
      ),
    };
  }

  async #removeExpired(): Promise<Outcome> {
    const { removeExpired } = await import("../../reading/expired.ts");
    const { removed, kept } = await removeExpired(this.dryRun, (message) => this.note(message));
    for (const path of removed) this.printLine(displayName(path));
    for (const path of kept) this.note(`left ${displayName(path)}: it was changed since pprotect wrote it`);
    if (removed.length + kept.length === 0)
      this.note("Nothing to remove: nothing is left of a lease that has ended.");
    return { result: { removed, kept, dry_run: this.dryRun }, refusal: refusalOf(kept) };
  }
}

function refusalOf(kept: readonly string[]): PprotectError | undefined {
  if (kept.length === 0) return undefined;
  return new PprotectError(
    "foreign_file",
    `not removed, as changed since pprotect wrote it: ${kept.map(displayName).join(", ")}`,
    "look at the files and remove them yourself",
  );
}
