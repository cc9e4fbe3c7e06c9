import { Command } from "clipanion";
import { printable } from "../../common/printable.ts";
import { BaseCommand } from "../base-command.ts";
import { writeOut } from "../output.ts";

export class ListAuditLogCommand extends BaseCommand {
  static override paths = [["list-audit-log"]];
  static override usage = Command.Usage({
    category: "General",
    description: "list what was done, oldest first (git's history is the authority)",
  });

  async run(): Promise<undefined> {
    writeOut(
      this.readStore()
        .data.auditLog.map((entry) => `${printable(entry)}\n`)
        .join(""),
    );
  }
}
