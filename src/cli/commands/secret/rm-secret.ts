import { displayName } from "../../../common/terminal-safe.ts";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { SECRET } from "../../argv/value-type.ts";
import { DomainCommand } from "../../base/domain-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class RmSecretCommand extends DomainCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "remove a secret from a domain",
    everyday: true,
    examples: [["Remove one", "$0 rm-secret dev old-key"]],
  };

  secretName = optionalArgument("secret", SECRET, "the secret to remove; asked for if not given");

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const [domain, secret] = await this.domainAndName(
      keyFile,
      this.secretName,
      "Secret name: ",
      "secret name",
    );
    findSecret(domain, findDomain(keyFile.data, domain), secret);
    await this.confirmRemoval(`Remove secret ${displayName(secret)} from ${displayName(domain)}? [y/N] `);
    return this.update(
      (file) => file.removeSecret(domain, secret),
      `Removed secret ${displayName(secret)} from ${displayName(domain)}.`,
      { domain, secret },
    );
  }
}
