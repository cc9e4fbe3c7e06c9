import { Command } from "clipanion";
import { count, findingLine, HOW_TO_ALLOW, jsonReport } from "../../git/guard/report.ts";
import { checkStaged } from "../../git/guard/staged-changes.ts";
import { openRepository } from "../../git/repository.ts";
import { BaseCommand } from "../base-command.ts";
import { writeLine } from "../output.ts";

export class GitPreCommitCommand extends BaseCommand {
  static override paths = [["git", "pre-commit"]];
  static override usage = Command.Usage({
    category: "Git",
    description: "refuse what is staged where it is a broken store or holds a secret in the clear",
    examples: [["What would be committed now", "$0 git pre-commit"]],
  });

  async run(): Promise<number> {
    const { errors, warnings } = await checkStaged(await openRepository(process.cwd()));
    if (this.json) writeLine(jsonReport("git pre-commit", errors, warnings, 0));
    else {
      for (const finding of warnings) this.note(findingLine(finding, { warning: true }));
      for (const finding of errors) this.note(findingLine(finding));
      if (errors.length > 0) {
        this.note(`pprotect: ${count(errors.length, "finding")}, nothing committed; ${HOW_TO_ALLOW}`);
      }
    }
    return errors.length > 0 ? 1 : 0;
  }
}
