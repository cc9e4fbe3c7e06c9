import { Command } from "clipanion";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { VERSION } from "../../startup/version.ts";

export class VersionCommand extends BaseCommand {
  static override paths = [["version"]];
  static override usage = Command.Usage({ category: "General", description: "print the version" });

  async run(): Promise<Outcome> {
    this.printLine(`pprotect version ${VERSION}`);
    return { result: { version: VERSION } };
  }
}
