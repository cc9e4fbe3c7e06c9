import { Command } from "clipanion";
import { countNoun } from "../../../common/text.ts";
import type { Verdict } from "../../../git/guard/guard.ts";
import { findingFields, findingLine, findingsError, HOW_TO_ALLOW } from "../../../git/guard/report.ts";
import { checkStaged } from "../../../git/guard/staged-changes.ts";
import { openRepository } from "../../../git/process/repository.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class GitPreCommitCommand extends BaseCommand {
  static override paths = [["git", "pre-commit"]];
  static override usage = Command.Usage({
    category: "Git",
    description: "refuse what is staged where it is a broken store or holds a secret in the clear",
    examples: [["What would be committed now", "$0 git pre-commit"]],
  });

  async run(): Promise<Outcome> {
    const verdict = await checkStaged(await openRepository(process.cwd()));
    const { errors, warnings } = verdict;
    if (!this.json) this.#tell(verdict);
    return {
      result: { findings: errors.map(findingFields), warnings: warnings.map(findingFields) },
      refusal: findingsError(errors),
    };
  }

  /** To standard error, where git shows it. */
  #tell({ errors, warnings }: Verdict): void {
    for (const finding of warnings) this.note(findingLine(finding, { warning: true }));
    for (const finding of errors) this.note(findingLine(finding));
    if (errors.length > 0) {
      this.note(`pprotect: ${countNoun(errors.length, "finding")}, nothing committed; ${HOW_TO_ALLOW}`);
    }
  }
}
