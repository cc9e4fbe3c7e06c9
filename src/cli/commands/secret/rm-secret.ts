import { displayName } from "../../../common/terminal-safe.ts";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { SecretCommand } from "../../base/secret-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class RmSecretCommand extends SecretCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "remove a secret from a domain",
    everyday: true,
    examples: [["Remove one", "$0 rm-secret dev/old-key"]],
  };

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const { domain, secret } = await this.askForSecret(keyFile, this.givenSecret(keyFile));
    findSecret(domain, findDomain(keyFile.data, domain), secret);
    await this.confirmRemoval(`Remove secret ${displayName(secret)} from ${displayName(domain)}? [y/N] `);
    return this.update(
      (file) => file.removeSecret(domain, secret),
      `Removed secret ${displayName(secret)} from ${displayName(domain)}.`,
      { domain, secret },
    );
  }
}
