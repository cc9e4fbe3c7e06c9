import { PprotectError } from "../../common/errors.ts";
import type { Checked } from "../../git/guard/commit-changes.ts";
import { checkPush, type Push, type PushOptions } from "../../git/guard/push/check-push.ts";
import { findingFields, findingsError } from "../../git/guard/report.ts";
import type { Tally } from "../../git/guard/tally.ts";
import type { Repository } from "../../git/process/repository.ts";
import { isTerminal } from "../../system/terminal.ts";
import type { LocatedFinding } from "../report/findings/located.ts";
import type { Outcome } from "../report/json-envelope.ts";
import { Progress } from "../report/progress.ts";
import type { PushFindings } from "../report/push-report.ts";
import { GuardingCommand } from "./guarding-command.ts";

/** A person does not read more of them, and they need memory. */
const MOST_FINDINGS = 1000;

/** ms before progress is shown. */
const PROGRESS_AFTER = 1000;

/** A command that git runs for a push, with lines on standard input. */
export abstract class PushCommand extends GuardingCommand {
  /** What git writes for the hook. @throws PprotectError `usage` at a terminal */
  protected async readLines(): Promise<string> {
    if (isTerminal(0)) {
      throw new PprotectError(
        "usage",
        `${this.path.join(" ")}: git runs this command, with lines on standard input`,
        "`pprotect git check RANGE` checks commits",
      );
    }
    return Bun.stdin.text();
  }

  /** Checks commits, messages, tags, and the project files of what the refs get. */
  protected async findIn(repository: Repository, push: Push, options: PushOptions): Promise<PushFindings> {
    const errors: LocatedFinding[] = [];
    const warnings: LocatedFinding[] = [];
    const tips = new Map<string, string>();
    const wanted = new Set(push.tips);
    const progress = new Progress("checking commit", PROGRESS_AFTER);
    let commits = 0;
    const onChecked = ({ commit, id, done, total }: Checked) => {
      commits = done;
      if (done > 0 && wanted.has(id)) tips.set(id, commit);
      progress.show(done, total);
    };
    for await (const verdict of checkPush(repository, push, { ...options, onChecked })) {
      const { commit } = verdict;
      for (const finding of verdict.errors) errors.push({ ...finding, commit });
      for (const finding of verdict.warnings) warnings.push({ ...finding, commit });
      if (errors.length + warnings.length >= MOST_FINDINGS) break;
    }
    progress.clear();
    if (errors.length + warnings.length >= MOST_FINDINGS) {
      return { errors, warnings: warnings.slice(0, MOST_FINDINGS), commits, more: true };
    }
    const { projectFilesAt } = await import("../reading/project-files.ts");
    for (const [id, commit] of tips) {
      errors.push(...(await projectFilesAt(repository, id)).map((finding) => ({ ...finding, commit })));
    }
    return { errors, warnings, commits, more: false };
  }

  protected outcomeOf({ errors, warnings, commits }: PushFindings, tally: Tally): Outcome {
    const fields = (finding: LocatedFinding) => ({
      commit: finding.commit ?? null,
      ...findingFields(finding),
    });
    return {
      result: {
        findings: errors.map(fields),
        warnings: warnings.map(fields),
        commits,
        scanned: { ...tally.scanned },
      },
      refusal: findingsError(errors),
    };
  }
}
