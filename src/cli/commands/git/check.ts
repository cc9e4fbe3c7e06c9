import { PprotectError } from "../../../common/errors.ts";
import { countNoun } from "../../../common/text.ts";
import { checkCommits } from "../../../git/guard/commit-changes.ts";
import type { Finding } from "../../../git/guard/guard.ts";
import { findingFields, findingLine, findingsError } from "../../../git/guard/report.ts";
import { openAnyRepository, type Repository } from "../../../git/process/repository.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag } from "../../argv/option.ts";
import { text } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { Progress } from "../../report/progress.ts";

interface CommitFinding extends Finding {
  readonly commit: string;
}

function commitFinding(finding: CommitFinding) {
  return { commit: finding.commit, ...findingFields(finding) };
}

export default class GitCheckCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "check existing commits against the pre-commit rules",
    examples: [
      ["The last commit", "$0 git check"],
      ["What a branch adds", "$0 git check main..HEAD"],
      ["The whole history of all refs", "$0 git check --all"],
    ],
  };

  revision = optionalArgument(
    "revision",
    text("REVISION"),
    "a commit, or a range of commits such as main..HEAD (default: HEAD)",
  );
  all = flag("--all", "check every commit of every ref");

  async run(): Promise<Outcome> {
    if (this.all && this.revision !== undefined) {
      throw new PprotectError("usage", "git check: give a revision or --all, not both");
    }
    const selection = this.all ? { all: true as const } : { revision: this.revision ?? "HEAD" };
    const errors: CommitFinding[] = [];
    const warnings: CommitFinding[] = [];
    const progress = new Progress("checking commit");
    let commits = 0;
    let newest: string | undefined;
    const repository = await openAnyRepository(currentDirectory());
    for await (const verdict of checkCommits(repository, selection, this.credentialPrefixes)) {
      const { commit, done, total } = verdict;
      commits = done;
      newest = commit;
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
    // What commands read now: a mistake of an earlier commit that was corrected stops nobody.
    if (!this.all && newest !== undefined) errors.push(...(await this.#projectFiles(repository, newest)));
    this.note(`pprotect: ${countNoun(commits, "commit")} checked, ${countNoun(errors.length, "finding")}`);
    return {
      result: { findings: errors.map(commitFinding), warnings: warnings.map(commitFinding), commits },
      refusal: findingsError(errors),
    };
  }

  async #projectFiles(repository: Repository, commit: string): Promise<readonly CommitFinding[]> {
    const { projectFilesAt } = await import("../../reading/project-files.ts");
    const found = (await projectFilesAt(repository, commit)).map((finding) => ({ ...finding, commit }));
    if (!this.json) for (const finding of found) this.printLine(findingLine(finding, { commit }));
    return found;
  }
}
