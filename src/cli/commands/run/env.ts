import { resolve } from "node:path";
import { formatSecrets, OUTPUT_FORMATS } from "../../../exec/output-format.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option } from "../../argv/option.ts";
import { choice, FILE } from "../../argv/value-type.ts";
import { SelectingCommand } from "../../base/selecting-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { openPrivateOutput, wroteMessage } from "../../report/private-output.ts";

export default class EnvCommand extends SelectingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "programs",
    summary: "print secrets as variables, or write them to a file",
    plaintext: true,
    details: "Files are written with mode 0600, and only where git ignores them.",
    everyday: true,
    examples: [
      ["A .env file with the secrets that .secrets.json lists", "$0 env --out .env"],
      ["Into this shell", 'eval "$($0 env --domain dev --output-format shell)"'],
      ["Remove the file", "$0 cleanup"],
    ],
  };

  outputFormat = option(
    "--output-format",
    choice("FORMAT", OUTPUT_FORMATS),
    "env (default, NAME='value'), shell (export NAME='value') or json",
    { initial: "env" },
  );
  out = option("--out", FILE, "write to this file instead, mode 0600; `pprotect cleanup` removes it");
  force = flag(
    "--force",
    "with --out: replace a file that pprotect did not write, or that was changed since",
  );

  protected override readonly prints = true;

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const choices = await this.choose(keyFile);
    const { storePath: store, force } = this;
    const write = await openPrivateOutput(this.out, {
      store,
      force,
      onWait: (message) => this.note(message),
    });
    const opened = await this.openSecrets(keyFile, choices);
    const { secrets } = opened;
    const text = formatSecrets(
      new Map(secrets.map(({ variable, value }) => [variable, value])),
      this.outputFormat,
    );
    if (!write || this.out === undefined) {
      this.print(text);
      return { result: { variables: secrets.map(({ variable, value }) => ({ name: variable, value })) } };
    }
    await write(text);
    await this.noteFile(opened, this.out);
    this.note(wroteMessage(this.out));
    return {
      result: { file: resolve(this.out), variables: secrets.map(({ variable }) => ({ name: variable })) },
      nextActions: [
        { command: "pprotect cleanup", description: "overwrite and remove the file", runnable: true },
      ],
    };
  }
}
