import { Command } from "clipanion";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class ListAuditLogCommand extends BaseCommand {
  static override paths = [["list-audit-log"]];
  static override usage = Command.Usage({
    category: "General",
    description: "list what was done, oldest first (git's history is the authority)",
  });

  async run(): Promise<Outcome> {
    const { auditLog } = this.readStore().data;
    this.print(auditLog.map((entry) => `${escapeUnprintable(entry)}\n`).join(""));
    return { result: { entries: auditLog } };
  }
}
