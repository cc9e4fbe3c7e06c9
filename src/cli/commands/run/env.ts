import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { ExportingCommand } from "../../base/exporting-command.ts";
import { formatOption } from "../../base/format-option.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class EnvCommand extends ExportingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "programs",
    summary: "print secrets as variables, or write them to a file",
    plaintext: true,
    details:
      "Files are written with mode 0600, and only where git ignores them. This is `pprotect export --format dotenv`.",
    everyday: true,
    examples: [
      ["A .env file with the secrets that .secrets.json lists", "$0 env --out .env"],
      ["Into sh, bash, zsh or fish", 'eval "$($0 env --domain dev --format shell)"'],
      ["Remove the file", "$0 cleanup"],
    ],
  };

  outputFormat = formatOption("dotenv (default), shell (export NAME='value'), json, …; see `export`");

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    return this.exportSecrets(keyFile, await this.choose(keyFile), this.outputFormat ?? "dotenv");
  }
}
