import { relative } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag } from "../../argv/option.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class CleanupCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "programs",
    summary: "remove the files that `env --out` and `inject --out` wrote",
    details:
      "The files are overwritten first. A file that was changed after pprotect wrote it is left alone.",
    examples: [
      ["All files written from this store", "$0 cleanup"],
      ["Only list them", "$0 cleanup --dry-run"],
    ],
  };

  dryRun = flag("--dry-run", "list what would be removed, and remove nothing");

  async run(): Promise<Outcome> {
    const { cleanUp } = await import("../../../exec/plaintext-files/cleanup.ts");
    const { removed, kept } = await cleanUp(this.storePath, this.dryRun, (message) => this.note(message));
    for (const path of removed) this.printLine(displayName(relative(process.cwd(), path)));
    for (const path of kept)
      this.note(`left ${displayName(relative(process.cwd(), path))}: it was changed since pprotect wrote it`);
    if (removed.length + kept.length === 0)
      this.note(
        `Nothing to remove: no file that pprotect wrote from ${displayName(this.storePath)} is left.`,
      );
    const result = { removed, kept, dry_run: this.dryRun };
    if (kept.length === 0) return { result };
    const refusal = new PprotectError(
      "foreign_file",
      `not removed, as changed since pprotect wrote it: ${kept.map(displayName).join(", ")}`,
      "look at the files and remove them yourself",
    );
    return { result, refusal };
  }
}
