import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class ListAuditLogCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "store",
    summary: "list the changes to the store, oldest first",
    details:
      "The log is for reading: anyone who can write the store can change it. What happened is in git's history, see `pprotect git history`. " +
      "Who read which secret on this machine is another log: `pprotect audit`.",
  };

  async run(): Promise<Outcome> {
    const { auditLog } = this.readStore().data;
    this.print(auditLog.map((entry) => `${escapeUnprintable(entry)}\n`).join(""));
    return { result: { entries: auditLog } };
  }
}
