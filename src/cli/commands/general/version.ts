import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { VERSION } from "../../startup/version.ts";

export default class VersionCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "general",
    summary: "print the version",
  };

  async run(): Promise<Outcome> {
    this.printLine(`pprotect version ${VERSION}`);
    return { result: { version: VERSION } };
  }
}
