import { Command, Option } from "clipanion";
import { PprotectError } from "../../../common/errors.ts";
import { countNoun } from "../../../common/text.ts";
import { checkCommits } from "../../../git/guard/commit-changes.ts";
import type { Finding } from "../../../git/guard/guard.ts";
import { findingFields, findingLine, findingsError } from "../../../git/guard/report.ts";
import { openAnyRepository } from "../../../git/process/repository.ts";
import { isTerminal } from "../../../system/terminal.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { writeError } from "../../report/output.ts";

interface CommitFinding extends Finding {
  readonly commit: string;
}

function commitFinding(finding: CommitFinding) {
  return { commit: finding.commit, ...findingFields(finding) };
}

/** ms between two updates of the progress line. */
const PROGRESS_INTERVAL = 100;

export class GitCheckCommand extends BaseCommand {
  static override paths = [["git", "check"]];
  static override usage = Command.Usage({
    category: "Git",
    description: "hold commits against the rules of `git pre-commit`",
    examples: [
      ["The last commit", "$0 git check"],
      ["What a branch adds", "$0 git check main..HEAD"],
      ["The whole history of all refs", "$0 git check --all"],
    ],
  });

  revision = Option.String({ name: "REV|RANGE", required: false });
  all = Option.Boolean("--all", false, { description: "every commit of every ref" });

  async run(): Promise<Outcome> {
    if (this.all && this.revision !== undefined) {
      throw new PprotectError("usage", "git check: a revision or --all, not both");
    }
    const selection = this.all ? { all: true as const } : { revision: this.revision ?? "HEAD" };
    const errors: CommitFinding[] = [];
    const warnings: CommitFinding[] = [];
    const progress = new Progress();
    let commits = 0;
    for await (const verdict of checkCommits(await openAnyRepository(process.cwd()), selection)) {
      const { commit, done, total } = verdict;
      commits = done;
      errors.push(...verdict.errors.map((finding) => ({ ...finding, commit })));
      warnings.push(...verdict.warnings.map((finding) => ({ ...finding, commit })));
      if (!this.json && verdict.errors.length + verdict.warnings.length > 0) {
        progress.clear();
        for (const finding of verdict.warnings) this.note(findingLine(finding, { commit, warning: true }));
        for (const finding of verdict.errors) this.printLine(findingLine(finding, { commit }));
      }
      progress.show(done, total);
    }
    progress.clear();
    this.note(`pprotect: ${countNoun(commits, "commit")} checked, ${countNoun(errors.length, "finding")}`);
    return {
      result: { findings: errors.map(commitFinding), warnings: warnings.map(commitFinding), commits },
      refusal: findingsError(errors),
    };
  }
}

/** A line that says how far it is, on a terminal alone. */
class Progress {
  readonly #wanted = isTerminal(2) && process.env.TERM !== "dumb";
  #last = 0;
  #shown = false;

  show(done: number, total: number): void {
    const now = Date.now();
    if (!this.#wanted || now - this.#last < PROGRESS_INTERVAL) return;
    this.#last = now;
    this.#shown = true;
    writeError(`\r\x1b[Kchecking commit ${done} of ${total}`);
  }

  clear(): void {
    if (this.#shown) writeError("\r\x1b[K");
    this.#shown = false;
  }
}
