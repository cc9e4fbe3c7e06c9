import { displayName } from "../../../common/terminal-safe.ts";
import { copySecret } from "../../../store/renaming.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { TransferCommand } from "../../base/transfer-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class CopySecretCommand extends TransferCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "copy a secret to another domain",
    details:
      "Needs the credentials of an owner of the domain that has it. A later change of one copy does not change the other.",
    examples: [["From prod to staging", "$0 copy-secret prod/mail-token staging"]],
  };

  async run(): Promise<Outcome> {
    const { result } = await this.transfer(
      copySecret,
      ({ domain, secret }, to) =>
        `Copied secret ${displayName(secret)} from ${displayName(domain)} to ${displayName(to)}.`,
    );
    return { result };
  }
}
