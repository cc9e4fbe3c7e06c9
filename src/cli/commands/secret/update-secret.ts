import { Command } from "clipanion";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import { ValueCommand } from "../../base/value-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class UpdateSecretCommand extends ValueCommand {
  static override paths = [["update-secret"]];
  static override usage = Command.Usage({
    category: "Secret Management",
    description: "change the value of a secret",
    examples: [["Type the new value", "$0 update-secret prod db-password"]],
  });

  async run(): Promise<Outcome> {
    return this.putSecret(
      (file, domain, secret) => findSecret(domain, findDomain(file.data, domain), secret),
      (file, domain, secret, value) => file.updateSecret(domain, secret, value),
      (domain, secret) => `Updated secret ${secret} in ${domain}.`,
    );
  }
}
