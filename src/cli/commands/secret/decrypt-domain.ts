import { compareCodePoints, isSorted } from "../../../common/code-points.ts";
import { PprotectError } from "../../../common/errors.ts";
import { refuseDangerous } from "../../../exec/selection.ts";
import type { Entry } from "../../../import/entry.ts";
import { writeEntries } from "../../../import/write-entries.ts";
import { emitJson } from "../../../import/writers/json.ts";
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
import { writeOut, writePieces } from "../../report/output.ts";

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
    if (this.secret === undefined || this.outputFormat !== undefined) return this.#formatted(domain, secrets);
    const value = secrets[0]?.value ?? "";
    // A program gets exactly the value; at a terminal the prompt should not follow on the same line.
    writeOut(isTerminal(1) && !value.endsWith("\n") ? `${value}\n` : value);
    return 0;
  }

  #checkGivenNames(keyFile: KeyFile): void {
    const domain = this.givenDomain(keyFile);
    if (domain === undefined || this.secret === undefined) return;
    findSecret(domain, findDomain(keyFile.data, domain), this.secret);
  }

  async #formatted(domain: string, secrets: readonly Entry[]): Promise<Outcome> {
    const format = exportFormat(this.outputFormat ?? "json");
    if (format !== "json") {
      for (const { name } of secrets)
        refuseDangerous({ name, variable: name }, (message) => this.note(message));
    }
    const sorted = isSorted(secrets.map(({ name }) => name)) ? secrets : secrets.toSorted(byName);
    if (this.json) return { result: { domain, secrets: sorted.map(({ name, value }) => ({ name, value })) } };
    // Every value has a form in JSON, so the whole text, which may be long, is not needed before the first line is written.
    if (format === "json") writePieces((write) => emitJson(sorted, write));
    else {
      const values = new Map(sorted.map(({ name, value }) => [name, value]));
      await writeSecrets(await writeEntries(values, { format, secretName: domain }), format, undefined);
    }
    return { result: {} };
  }
}

function byName(a: Entry, b: Entry): number {
  return compareCodePoints(a.name, b.name);
}
