import { VERSION } from "../../../common/release.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { COMMIT } from "../../startup/commit.ts";
import { VERSION_LINE } from "../../startup/version.ts";

export default class VersionCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "general",
    summary: "print the version",
    details: "With --verbose, it also prints the commit that it was built from.",
  };

  async run(): Promise<Outcome> {
    this.printLine(VERSION_LINE);
    if (this.verbose) this.printLine(`commit ${COMMIT ?? "unknown"}`);
    return { result: { version: VERSION, commit: COMMIT ?? null } };
  }
}
