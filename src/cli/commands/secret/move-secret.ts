import { displayName } from "../../../common/terminal-safe.ts";
import { moveSecret } from "../../../store/renaming.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { TransferCommand } from "../../base/transfer-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class MoveSecretCommand extends TransferCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "move a secret to another domain",
    details: "Needs the credentials of an owner of the domain that has it.",
    examples: [["From shared to prod", "$0 move-secret shared/mail-token prod"]],
  };

  async run(): Promise<Outcome> {
    const { result, from } = await this.transfer(
      moveSecret,
      ({ domain, secret }, to) =>
        `Moved secret ${displayName(secret)} from ${displayName(domain)} to ${displayName(to)}.`,
    );
    this.note(
      `Note: the owners of ${displayName(from.domain)} can still read the value in earlier commits. To end that, change it.`,
    );
    return { result };
  }
}
