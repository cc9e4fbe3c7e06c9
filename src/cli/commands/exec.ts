import { Command, Option } from "clipanion";
import { PprotectError } from "../../common/errors.ts";
import { SelectingCommand } from "../selecting-command.ts";

export class ExecCommand extends SelectingCommand {
  static override paths = [["exec"]];
  static override usage = Command.Usage({
    category: "Secret Access",
    description: "run a program with secrets as environment variables",
    examples: [
      ["Start a server", "$0 exec --domain prod -- ./server --port 8080"],
      [
        "As APP_DB_PASSWORD instead of db-password",
        "$0 exec --domain prod --prefix APP --uppercase -- ./server",
      ],
      ["What .secrets.json beside the store names", "$0 exec -- npm start"],
      [
        "The secrets of two domains, prod's where both have one",
        "$0 exec --domain shared --domain prod --override -- ./server",
      ],
      [
        "Nothing but the database's secrets, and of our environment only what is needed",
        "$0 exec --domain prod --only 'db-*' --no-passthrough --keep TZ -- ./migrate",
      ],
      ["Without the secrets in its output", "$0 exec --domain prod --redact -- ./deploy"],
    ],
  });

  noPassthrough = Option.Boolean("--no-passthrough", false, {
    description: "a clean environment: the secrets, PATH, HOME and little else",
  });
  keep = Option.Array("--keep", [], {
    description: "a variable that --no-passthrough lets through; may be repeated",
  });
  redact = Option.Boolean("--redact", false, {
    description: "replace the secrets in the program's output by [REDACTED:name]",
  });
  command = Option.Rest({ name: "-- command" });

  async run(): Promise<number> {
    const keyFile = this.readStore();
    const choices = await this.choose(keyFile);
    const command = this.#command();
    const { checkPassthrough, childEnvironment } = await import("../../exec/environment.ts");
    const { noPassthrough, keep, credentialPrefix } = this;
    checkPassthrough({ noPassthrough, keep, credentialPrefix });

    const secrets = keyFile.decryptSecrets(choices, await this.unlock(keyFile));
    const environment = childEnvironment(secrets, process.env, { noPassthrough, keep, credentialPrefix });
    this.releaseTerminal();
    if (this.redact) {
      const { redactionOf } = await import("../../exec/redact/redaction.ts");
      const { warnOfShort } = await import("../redaction-warning.ts");
      const redaction = redactionOf(secrets.map(({ name, value }) => [name, value]));
      warnOfShort(redaction);
      const { runRedacted } = await import("../../exec/redact/run-redacted.ts");
      return runRedacted(command, environment, redaction);
    }
    const { runInPlace } = await import("../../exec/run.ts");
    return runInPlace(command, environment);
  }

  #command(): readonly [program: string, ...args: string[]] {
    const [program, ...args] = this.command;
    if (program !== undefined) return [program, ...args];
    throw new PprotectError(
      "usage",
      "exec needs a command after --",
      "for example: pprotect exec --domain prod -- ./server",
    );
  }
}
