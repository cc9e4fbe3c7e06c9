import { Command, Option } from "clipanion";
import { displayName } from "../../../common/terminal-safe.ts";
import { DomainCommand } from "../../base/domain-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class RmSecretCommand extends DomainCommand {
  static override paths = [["rm-secret"]];
  static override usage = Command.Usage({
    category: "Secret Management",
    description: "remove a secret from a domain",
    examples: [["Remove one", "$0 rm-secret dev old-key"]],
  });

  secretName = Option.String({ name: "secret", required: false });

  async run(): Promise<Outcome> {
    const [domain, secret] = await this.domainAndName(
      this.readStore(),
      this.secretName,
      "Secret name: ",
      "secret name",
    );
    return this.update(
      (file) => file.removeSecret(domain, secret),
      `Removed secret ${displayName(secret)} from ${displayName(domain)}.`,
      { domain, secret },
    );
  }
}
