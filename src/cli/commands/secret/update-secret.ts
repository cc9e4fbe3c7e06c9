import { findDomain, findSecret } from "../../../store/lookup.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { ValueCommand } from "../../base/value-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class UpdateSecretCommand extends ValueCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "change the value of a secret",
    everyday: true,
    takes: "value",
    examples: [["Type the new value", "$0 update-secret prod db-password"]],
  };

  async run(): Promise<Outcome> {
    return this.putSecret(
      (file, domain, secret) => findSecret(domain, findDomain(file.data, domain), secret),
      (file, domain, secret, value) => file.updateSecret(domain, secret, value),
      (domain, secret) => `Updated secret ${secret} in ${domain}.`,
    );
  }
}
