import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { text } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class TruncateAuditLogCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "store",
    summary: "keep only the last entries of the audit log",
    examples: [["Keep a hundred", "$0 truncate-audit-log 100"]],
  };

  keep = optionalArgument("keep", text("COUNT"), "how many entries to keep; asked for if not given");

  async run(): Promise<Outcome> {
    const { auditLog } = this.readStore().data;
    const answer = this.keep ?? (await this.ask("Entries to keep: ", "number of entries"));
    if (!/^\d{1,9}$/.test(answer))
      throw new PprotectError(
        "usage",
        `the number of entries to keep must be 0 or more, not "${displayName(answer)}"`,
      );
    const keep = Number(answer);
    if (auditLog.length <= keep) {
      this.note(`The audit log has ${auditLog.length} entries; nothing was changed.`);
      return { result: { store: this.storePath, kept: auditLog.length, removed: 0 } };
    }
    return this.update(
      (file) => file.truncateAuditLog(keep),
      `Truncated the audit log to its last ${keep} entries.`,
      { kept: keep, removed: auditLog.length - keep },
    );
  }
}
