import { Command } from "clipanion";
import { refuseExistingSecret } from "../../../store/lookup.ts";
import { ValueCommand } from "../../base/value-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class AddSecretCommand extends ValueCommand {
  static override paths = [["add-secret"]];
  static override usage = Command.Usage({
    category: "Secret Management",
    description: "add a secret to a domain",
    examples: [
      ["Type the value", "$0 add-secret prod db-password"],
      ["From a pipe or a file", "$0 add-secret prod tls-cert --value-file cert.pem"],
      ["Make one up", "$0 add-secret prod session-key --generate=64"],
    ],
  });

  async run(): Promise<Outcome> {
    return this.putSecret(
      (file, domain, secret) => refuseExistingSecret(file.data, domain, secret),
      (file, domain, secret, value) => file.addSecret(domain, secret, value),
      (domain, secret) => `Added secret ${secret} to ${domain}.`,
    );
  }
}
