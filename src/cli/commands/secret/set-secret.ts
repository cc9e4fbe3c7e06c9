import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { ValueCommand } from "../../base/value-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class SetSecretCommand extends ValueCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "add a secret, or change its value if it exists",
    takes: "value",
    examples: [["Generate a new value", "$0 set-secret dev api-key --generate"]],
  };

  async run(): Promise<Outcome> {
    return this.putSecret(
      () => undefined,
      (file, domain, secret, value) => file.setSecret(domain, secret, value),
      (domain, secret) => `Set secret ${secret} in ${domain}.`,
    );
  }
}
