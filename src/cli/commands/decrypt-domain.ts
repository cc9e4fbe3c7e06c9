import { Command, Option } from "clipanion";
import * as t from "typanion";
import { isTerminal } from "../../common/terminal.ts";
import { formatSecrets, OUTPUT_FORMATS } from "../../exec/secret-formats.ts";
import { DomainCommand } from "../domain-command.ts";
import { writeOut } from "../output.ts";

export class DecryptDomainCommand extends DomainCommand {
  static override paths = [["decrypt-domain"]];
  static override usage = Command.Usage({
    category: "Secret Access",
    description: "print the secrets of a domain in the clear",
    examples: [
      ["As JSON", "$0 decrypt-domain prod"],
      ["Into this shell", 'eval "$($0 decrypt-domain prod --output-format shell)"'],
      ["One raw value", "$0 decrypt-domain prod --secret db-password"],
    ],
  });

  outputFormat = Option.String("--output-format", {
    description: "json (default), env (NAME='value') or shell (export NAME='value')",
    validator: t.isEnum(OUTPUT_FORMATS),
  });
  secret = Option.String("--secret", {
    description: "only this secret; its raw value unless a format is given",
  });

  async run(): Promise<undefined> {
    const keyFile = this.readStore();
    const owner = await this.unlock(keyFile);
    const domain = await this.existingDomain(keyFile);
    if (this.secret === undefined) {
      writeOut(formatSecrets(keyFile.decryptDomain(domain, owner), this.outputFormat ?? "json"));
      return;
    }
    const value = keyFile.decryptSecret(domain, this.secret, owner);
    if (this.outputFormat !== undefined) {
      writeOut(formatSecrets(new Map([[this.secret, value]]), this.outputFormat));
    } else {
      // To the byte for a program; a person's prompt should not stick to it.
      writeOut(isTerminal(1) && !value.endsWith("\n") ? `${value}\n` : value);
    }
  }
}
