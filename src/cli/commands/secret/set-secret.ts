import { Command } from "clipanion";
import { ValueCommand } from "../../base/value-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class SetSecretCommand extends ValueCommand {
  static override paths = [["set-secret"]];
  static override usage = Command.Usage({
    category: "Secret Management",
    description: "add a secret, or change its value when it is there",
    examples: [["Whatever stands there now", "$0 set-secret dev api-key --generate"]],
  });

  async run(): Promise<Outcome> {
    return this.putSecret(
      () => undefined,
      (file, domain, secret, value) => file.setSecret(domain, secret, value),
      (domain, secret) => `Set secret ${secret} in ${domain}.`,
    );
  }
}
