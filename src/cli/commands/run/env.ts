import { resolve } from "node:path";
import { Command, Option } from "clipanion";
import * as t from "typanion";
import { formatSecrets, OUTPUT_FORMATS } from "../../../exec/output-format.ts";
import { SelectingCommand } from "../../base/selecting-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { openPrivateOutput, wroteMessage } from "../../report/private-output.ts";

export class EnvCommand extends SelectingCommand {
  static override paths = [["env"]];
  static override usage = Command.Usage({
    category: "Secret Access",
    description: "print secrets as variables, or write them to a file that git ignores",
    examples: [
      ["What .secrets.json beside the store names, for tools that read a .env", "$0 env --out .env"],
      ["Into this shell", 'eval "$($0 env --domain dev --uppercase --output-format shell)"'],
      ["And away with the file", "$0 cleanup"],
    ],
  });

  outputFormat = Option.String("--output-format", "env", {
    description: "env (default, NAME='value'), shell (export NAME='value') or json",
    validator: t.isEnum(OUTPUT_FORMATS),
  });
  out = Option.String("--out", {
    description: "write to this file instead, mode 0600; `pprotect cleanup` removes it",
  });
  force = Option.Boolean("--force", false, {
    description: "with --out: replace a file that pprotect did not write, or that was changed since",
  });

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const choices = await this.choose(keyFile);
    const { storePath: store, force } = this;
    const write = await openPrivateOutput(this.out, {
      store,
      force,
      onWait: (message) => this.note(message),
    });
    const secrets = keyFile.decryptSecrets(choices, await this.unlock(keyFile));
    const text = formatSecrets(
      new Map(secrets.map(({ variable, value }) => [variable, value])),
      this.outputFormat,
    );
    if (!write || this.out === undefined) {
      this.print(text);
      return { result: { variables: secrets.map(({ variable, value }) => ({ name: variable, value })) } };
    }
    await write(text);
    this.note(wroteMessage(this.out));
    return {
      result: { file: resolve(this.out), variables: secrets.map(({ variable }) => ({ name: variable })) },
      nextActions: [{ command: "pprotect cleanup", description: "overwrite and remove the file" }],
    };
  }
}
