import { relative } from "node:path";
import { Command, Option } from "clipanion";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class CleanupCommand extends BaseCommand {
  static override paths = [["cleanup"]];
  static override usage = Command.Usage({
    category: "Secret Access",
    description: "overwrite and remove the files that `env --out` and `inject --out` wrote from this store",
    examples: [
      ["Away with all of them", "$0 cleanup"],
      ["Only list them", "$0 cleanup --dry-run"],
    ],
  });

  dryRun = Option.Boolean("--dry-run", false, {
    description: "list what would be removed, and remove nothing",
  });

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
      `left what was changed since pprotect wrote it: ${kept.map(displayName).join(", ")}`,
      "remove it yourself",
    );
    return { result, refusal };
  }
}
