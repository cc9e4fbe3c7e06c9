import { sortedByKey } from "../../../common/code-points.ts";
import { PprotectError } from "../../../common/errors.ts";
import { refuseDangerous } from "../../../exec/selection.ts";
import { writeEntries } from "../../../import/write-entries.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import { isTerminal } from "../../../system/terminal.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { option } from "../../argv/option.ts";
import { SECRET } from "../../argv/value-type.ts";
import { DomainCommand } from "../../base/domain-command.ts";
import { exportFormat, formatOption } from "../../base/format-option.ts";
import { requireGithubFile, writeSecrets } from "../../report/formatted-secrets.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { writeOut } from "../../report/output.ts";

export default class DecryptDomainCommand extends DomainCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "print the secrets of a domain in plain text",
    plaintext: true,
    everyday: true,
    examples: [
      ["As JSON", "$0 decrypt-domain prod"],
      ["Into sh, bash, zsh or fish", 'eval "$($0 decrypt-domain prod --format shell)"'],
      ["One value", "$0 decrypt-domain prod --secret db-password"],
    ],
  };

  outputFormat = formatOption("json (default), shell (export NAME='value'), dotenv, …; see `export`");
  secret = option("--secret", SECRET, "only this secret; its raw value unless a format is given");

  async run(): Promise<Outcome | number> {
    if (this.json && this.outputFormat !== undefined && this.outputFormat !== "json") {
      throw new PprotectError("usage", `give --json or --format ${this.outputFormat}, not both`);
    }
    requireGithubFile(exportFormat(this.outputFormat ?? "json"), false);
    const keyFile = this.readStore();
    this.#checkGivenNames(keyFile);
    const verified = this.givenDomain(keyFile) === undefined;
    if (verified) await this.unlock(keyFile);
    const domain = await this.existingDomain(keyFile);
    const names =
      this.secret === undefined ? [...findDomain(keyFile.data, domain).secrets.keys()] : [this.secret];
    if (names.length === 0) keyFile.decryptDomain(domain, await this.unlockToRead(keyFile, [domain]));
    const choices = names.map((name) => ({ domain, name }));
    const { secrets } = await this.openSecrets(keyFile, choices, { verified });
    const values = new Map(secrets.map(({ name, value }) => [name, value]));
    if (this.secret === undefined || this.outputFormat !== undefined) return this.#formatted(domain, values);
    const value = values.get(this.secret) ?? "";
    // A program gets exactly the value; at a terminal the prompt should not follow on the same line.
    writeOut(isTerminal(1) && !value.endsWith("\n") ? `${value}\n` : value);
    return 0;
  }

  #checkGivenNames(keyFile: KeyFile): void {
    const domain = this.givenDomain(keyFile);
    if (domain === undefined || this.secret === undefined) return;
    findSecret(domain, findDomain(keyFile.data, domain), this.secret);
  }

  async #formatted(domain: string, values: ReadonlyMap<string, string>): Promise<Outcome> {
    const format = exportFormat(this.outputFormat ?? "json");
    if (format !== "json") {
      for (const name of values.keys())
        refuseDangerous({ name, variable: name }, (message) => this.note(message));
    }
    const written = await writeEntries(values, { format, secretName: domain });
    if (!this.json) await writeSecrets(written, format, undefined);
    const secrets = [...sortedByKey(values)].map(([name, value]) => ({ name, value }));
    return { result: { domain, secrets } };
  }
}
