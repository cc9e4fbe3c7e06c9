import { Command, Option } from "clipanion";
import { PprotectError } from "../../common/errors.ts";
import { findDomain } from "../../store/lookup.ts";
import { BaseCommand } from "../base-command.ts";

export class ExecCommand extends BaseCommand {
  static override paths = [["exec"]];
  static override usage = Command.Usage({
    category: "Secret Access",
    description: "run a program with a domain's secrets as environment variables",
    examples: [
      ["Start a server", "$0 exec --domain prod -- ./server --port 8080"],
      [
        "As APP_DB_PASSWORD instead of db-password",
        "$0 exec --domain prod --prefix APP --uppercase -- ./server",
      ],
    ],
  });

  domain = Option.String("--domain", { description: "the domain (required)" });
  prefix = Option.String("--prefix", { description: "put PREFIX_ before each variable's name" });
  uppercase = Option.Boolean("--uppercase", false, { description: "db-password becomes DB_PASSWORD" });
  noPassthrough = Option.Boolean("--no-passthrough", false, {
    description: "a clean environment: the secrets, PATH, HOME and little else",
  });
  command = Option.Rest({ name: "-- command" });

  async run(): Promise<number> {
    const [program, ...args] = this.command;
    if (this.domain === undefined) {
      throw new PprotectError(
        "usage",
        "exec needs --domain",
        "for example: pprotect exec --domain prod -- ./server",
      );
    }
    if (program === undefined) {
      throw new PprotectError(
        "usage",
        "exec needs a command after --",
        `for example: pprotect exec --domain ${this.domain} -- ./server`,
      );
    }
    const keyFile = this.readStore();
    findDomain(keyFile.data, this.domain);
    const owner = await this.unlock(keyFile);
    const { childEnvironment } = await import("../../exec/environment.ts");
    const environment = childEnvironment(keyFile.decryptDomain(this.domain, owner), process.env, {
      prefix: this.prefix,
      uppercase: this.uppercase,
      noPassthrough: this.noPassthrough,
      credentialPrefix: this.credentialPrefix,
    });
    this.releaseTerminal();
    const { runInPlace } = await import("../../exec/run.ts");
    return runInPlace([program, ...args], environment);
  }
}
