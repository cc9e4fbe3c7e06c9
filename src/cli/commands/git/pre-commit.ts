import { countNoun } from "../../../common/text.ts";
import type { Verdict } from "../../../git/guard/guard.ts";
import { findingFields, findingLine, findingsError, HOW_TO_ALLOW } from "../../../git/guard/report.ts";
import { checkStaged } from "../../../git/guard/staged-changes.ts";
import { openRepository } from "../../../git/process/repository.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class GitPreCommitCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "check staged files for broken stores and plaintext secrets",
    details: "The pre-commit hook runs it. A finding is an error and stops the commit.",
    examples: [["What would be committed now", "$0 git pre-commit"]],
  };

  async run(): Promise<Outcome> {
    const verdict = await checkStaged(await openRepository(process.cwd()));
    const { errors, warnings } = verdict;
    if (!this.json) this.#print(verdict);
    return {
      result: { findings: errors.map(findingFields), warnings: warnings.map(findingFields) },
      refusal: findingsError(errors),
    };
  }

  /** Prints to standard error, which git shows. */
  #print({ errors, warnings }: Verdict): void {
    for (const finding of warnings) this.note(findingLine(finding, { warning: true }));
    for (const finding of errors) this.note(findingLine(finding));
    if (errors.length > 0) {
      this.note(`pprotect: ${countNoun(errors.length, "finding")}, nothing committed; ${HOW_TO_ALLOW}`);
    }
  }
}
