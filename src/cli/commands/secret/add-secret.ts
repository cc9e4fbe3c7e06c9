import { refuseExistingSecret } from "../../../store/lookup.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { NEW_SECRET, NEW_SECRET_PATH } from "../../argv/value-type.ts";
import { ValueCommand } from "../../base/value-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class AddSecretCommand extends ValueCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "add a secret to a domain",
    everyday: true,
    takes: "value",
    examples: [
      ["Type the value", "$0 add-secret prod db-password"],
      ["Read it from a file", "$0 add-secret prod tls-cert --value-file cert.pem"],
      ["Generate it", "$0 add-secret prod session-key --generate=64"],
    ],
  };

  override firstName = optionalArgument(
    "domain",
    NEW_SECRET_PATH,
    "the domain, or DOMAIN/SECRET; asked for if not given",
  );
  override secretName = optionalArgument(
    "secret",
    NEW_SECRET,
    "the name of the new secret, unless it follows the domain's slash; asked for if not given",
  );

  async run(): Promise<Outcome> {
    return this.putSecret(
      (file, domain, secret) => refuseExistingSecret(file.data, domain, secret),
      (file, domain, secret, value) => file.addSecret(domain, secret, value),
      (domain, secret) => `Added secret ${secret} to ${domain}.`,
    );
  }
}
