import { PprotectError } from "../../../common/errors.ts";
import { countNoun } from "../../../common/text.ts";
import { checkCommits } from "../../../git/guard/commit-changes.ts";
import { findingFields, findingLine, PrintedWarnings } from "../../../git/guard/report.ts";
import { checkStaged } from "../../../git/guard/staged-changes.ts";
import { Tally } from "../../../git/guard/tally.ts";
import { openAnyRepository, openRepository, type Repository } from "../../../git/process/repository.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag } from "../../argv/option.ts";
import { text } from "../../argv/value-type.ts";
import { FindingCommand } from "../../base/finding-command.ts";
import type { FoundProblems, LocatedFinding } from "../../report/findings/located.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { Progress } from "../../report/progress.ts";

function commitFinding(finding: LocatedFinding) {
  return { commit: finding.commit ?? null, ...findingFields(finding) };
}

export default class GitCheckCommand extends FindingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "check existing commits against the pre-commit rules",
    examples: [
      ["The last commit", "$0 git check"],
      ["What a branch adds", "$0 git check main..HEAD"],
      ["What is staged", "$0 git check --staged"],
      ["The whole history of all refs", "$0 git check --all"],
    ],
  };

  revision = optionalArgument(
    "revision",
    text("REVISION"),
    "a commit, or a range of commits such as main..HEAD (default: HEAD)",
  );
  all = flag("--all", "check every commit of every ref");
  staged = flag("--staged", "check what is staged");

  readonly #printed = new PrintedWarnings();

  async run(): Promise<Outcome> {
    if (this.all && this.revision !== undefined) {
      throw new PprotectError("usage", "git check: give a revision or --all, not both");
    }
    if (this.staged && (this.all || this.revision !== undefined)) {
      throw new PprotectError("usage", "git check: give --staged alone, without a revision or --all");
    }
    const tally = new Tally();
    const { commits, ...found } = this.staged ? await this.#staged(tally) : await this.#commits(tally);
    if (this.asText && this.#printed.rest !== undefined) this.note(this.#printed.rest);
    const checked = this.staged ? "what is staged was" : countNoun(commits, "commit");
    this.note(`pprotect: ${checked} checked, ${countNoun(found.errors.length, "finding")}`);
    const result = {
      findings: found.errors.map(commitFinding),
      warnings: found.warnings.map(commitFinding),
      commits,
    };
    return this.finish(found, result, tally.scanned);
  }

  async #staged(tally: Tally): Promise<FoundProblems & { readonly commits: number }> {
    const repository = await openRepository(currentDirectory());
    const { errors, warnings } = await checkStaged(repository, this.guardOptions(), tally);
    const { stagedProjectFiles } = await import("../../reading/project-files.ts");
    const found = { errors: [...errors, ...(await stagedProjectFiles(repository))], warnings, commits: 0 };
    this.#printAll(found);
    return found;
  }

  async #commits(tally: Tally): Promise<FoundProblems & { readonly commits: number }> {
    const selection = this.all ? { all: true as const } : { revision: this.revision ?? "HEAD" };
    const errors: LocatedFinding[] = [];
    const warnings: LocatedFinding[] = [];
    const progress = new Progress("checking commit");
    let commits = 0;
    let newest: string | undefined;
    const repository = await openAnyRepository(currentDirectory());
    for await (const verdict of checkCommits(repository, selection, this.guardOptions(), tally)) {
      const { commit, done, total } = verdict;
      commits = done;
      newest = commit;
      const located = {
        errors: verdict.errors.map((finding) => ({ ...finding, commit })),
        warnings: verdict.warnings.map((finding) => ({ ...finding, commit })),
      };
      errors.push(...located.errors);
      warnings.push(...located.warnings);
      if (verdict.errors.length + verdict.warnings.length > 0) {
        progress.clear();
        this.#printAll(located);
      }
      progress.show(done, total);
    }
    progress.clear();
    // What commands read now: a mistake of an earlier commit that was corrected stops nobody.
    if (newest !== undefined)
      errors.push(...(await this.#projectFiles(repository, this.all ? undefined : newest)));
    return { errors, warnings, commits };
  }

  /** @param commit if there is none, only the rules that count for all commits are read */
  async #projectFiles(
    repository: Repository,
    commit: string | undefined,
  ): Promise<readonly LocatedFinding[]> {
    const { projectFilesAt, teamRulesAt } = await import("../../reading/project-files.ts");
    const read = commit === undefined ? teamRulesAt(repository, "HEAD") : projectFilesAt(repository, commit);
    const found = (await read).map((finding) => ({ ...finding, commit }));
    this.#printAll({ errors: found, warnings: [] });
    return found;
  }

  #printAll({ errors, warnings }: FoundProblems): void {
    if (!this.asText) return;
    for (const finding of this.#printed.of(warnings)) {
      this.note(findingLine(finding, { commit: finding.commit, warning: true }));
    }
    for (const finding of errors) this.printLine(findingLine(finding, { commit: finding.commit }));
  }
}
