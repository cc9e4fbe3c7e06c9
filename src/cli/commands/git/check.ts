import { join, relative } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { countNoun } from "../../../common/text.ts";
import {
  type Checked as CheckedCommit,
  type CommitVerdict,
  checkCommits,
  type Selection,
} from "../../../git/guard/commit-changes.ts";
import type { GuardOptions } from "../../../git/guard/guard.ts";
import {
  findingFields,
  findingLine,
  PrintedWarnings,
  SaidOnce,
  suppressedCount,
  suppressedFields,
} from "../../../git/guard/report.ts";
import { checkStaged } from "../../../git/guard/staged-changes.ts";
import { Tally } from "../../../git/guard/tally.ts";
import { openAnyRepositoryDirectly, openRepositoryDirectly } from "../../../git/process/direct-repository.ts";
import type { Repository } from "../../../git/process/repository.ts";
import { BASELINE_FILE } from "../../../scan/baseline-file.ts";
import type { Finding } from "../../../scan/finding.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag } from "../../argv/option.ts";
import { text } from "../../argv/value-type.ts";
import { FindingCommand } from "../../base/finding-command.ts";
import type { FoundProblems, LocatedFinding } from "../../report/findings/located.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { Progress } from "../../report/progress.ts";

/** What was found, in how many commits, and the root of the repository. */
interface Checked extends FoundProblems {
  readonly commits: number;
  readonly root: string;
  /** Whether the clone lacks commits before those that were checked. */
  readonly shallow: boolean;
}

/** What was found in commits, the last one of them, and the entries of the baseline that accept nothing. */
interface History extends Omit<Checked, "root"> {
  readonly newest: string | undefined;
  readonly unused: readonly LocatedFinding[];
}

function locatedIn({ commit, errors, warnings, suppressed }: CommitVerdict): FoundProblems {
  const inCommit = (findings: readonly Finding[]) => findings.map((finding) => ({ ...finding, commit }));
  return { errors: inCommit(errors), warnings: inCommit(warnings), suppressed: inCommit(suppressed) };
}

function suppressedFinding(finding: LocatedFinding) {
  return { commit: finding.commit ?? null, ...suppressedFields(finding) };
}

function commitFinding(finding: LocatedFinding) {
  return { commit: finding.commit ?? null, ...findingFields(finding) };
}

/** @param boundary the short ids of the commits whose parents the clone lacks */
function shallowWarning(boundary: readonly string[]): string {
  const [first = ""] = boundary;
  const others = boundary.length === 1 ? "" : ` and ${countNoun(boundary.length - 1, "other")}`;
  return `pprotect: warning: this is a shallow clone: what came before ${first}${others} was not checked; \`git fetch --unshallow\` fetches it`;
}

function tooShallow(): PprotectError {
  return new PprotectError(
    "incomplete_history",
    "this is a shallow clone: earlier commits were not checked",
    "`git fetch --unshallow` fetches the rest; in CI, check out the whole history (`fetch-depth: 0`)",
  );
}

/** What is wrong with the rules of the team that count for all commits. */
async function rulesOfTeam(repository: Repository): Promise<readonly LocatedFinding[]> {
  const { teamRulesAt } = await import("../../reading/project-files.ts");
  return teamRulesAt(repository, "HEAD");
}

async function projectFilesOf(repository: Repository, commit: string): Promise<readonly LocatedFinding[]> {
  const { projectFilesAt } = await import("../../reading/project-files.ts");
  return (await projectFilesAt(repository, commit)).map((finding) => ({ ...finding, commit }));
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
      ["Accept the present findings", "$0 git check --all --write-baseline"],
    ],
  };

  revision = optionalArgument(
    "revision",
    text("REVISION"),
    "a commit, or a range of commits such as main..HEAD (default: HEAD)",
  );
  all = flag("--all", "check every commit of every ref, and the messages of tags");
  staged = flag("--staged", "check what is staged");

  readonly #printed = new PrintedWarnings();
  /** Each stream by itself: one may be read without the other. */
  readonly #warned = new SaidOnce();
  readonly #found = new SaidOnce();

  async run(): Promise<Outcome> {
    if (this.all && this.revision !== undefined) {
      throw new PprotectError("usage", "git check: give a revision or --all, not both");
    }
    if (this.staged && (this.all || this.revision !== undefined)) {
      throw new PprotectError("usage", "git check: give --staged alone, without a revision or --all");
    }
    const tally = new Tally();
    const { commits, root, shallow, ...found } = this.staged
      ? await this.#staged(tally)
      : await this.#commits(tally);
    if (this.asText && this.#printed.rest !== undefined) this.note(this.#printed.rest);
    const checked = this.staged ? "what is staged was" : countNoun(commits, "commit");
    const counts = countNoun(found.errors.length, "finding") + suppressedCount(found.suppressed);
    this.note(`pprotect: ${checked} checked, ${counts}`);
    const result = {
      findings: found.errors.map(commitFinding),
      warnings: found.warnings.map(commitFinding),
      suppressed: found.suppressed.map(suppressedFinding),
      commits,
      shallow,
      baseline: await this.writtenBaseline(
        relative(currentDirectory(), join(root, BASELINE_FILE)),
        this.all,
        " Commit it: `git check` reads the file of the newest commit.",
      ),
    };
    const outcome = this.finish(found, result, tally.scanned);
    return { ...outcome, refusal: outcome.refusal ?? (this.strict && shallow ? tooShallow() : undefined) };
  }

  async #options(): Promise<GuardOptions> {
    return { ...this.guardOptions(), baseline: await this.givenBaseline() };
  }

  async #staged(tally: Tally): Promise<Checked> {
    const repository = await openRepositoryDirectly(currentDirectory());
    const verdict = this.accepting(await checkStaged(repository, await this.#options(), tally));
    const { stagedProjectFiles } = await import("../../reading/project-files.ts");
    const errors = [...verdict.errors, ...(await stagedProjectFiles(repository))];
    this.#printAll({ ...verdict, errors });
    return { ...verdict, errors, commits: 0, root: repository.root, shallow: false };
  }

  async #commits(tally: Tally): Promise<Checked> {
    const selection = this.all ? { all: true as const } : { revision: this.revision ?? "HEAD" };
    const repository = await openAnyRepositoryDirectly(currentDirectory());
    const options = await this.#options();
    // What commands read now: a mistake in an earlier commit that was corrected later does no harm.
    const rulesNow = this.all ? rulesOfTeam(repository) : undefined;
    // It fails when it is waited for.
    rulesNow?.catch(() => undefined);
    const { newest, unused, ...checked } = await this.#history(repository, selection, options, tally);
    const now = newest === undefined ? [] : await (rulesNow ?? projectFilesOf(repository, newest));
    this.#printAll({ errors: now, warnings: [], suppressed: [] });
    this.#printAll({ errors: [], warnings: unused, suppressed: [] });
    return {
      ...checked,
      errors: [...checked.errors, ...now],
      warnings: [...checked.warnings, ...unused],
      root: repository.root,
    };
  }

  /** Checks commits, and prints what is found in them as it is found. */
  async #history(
    repository: Repository,
    selection: Selection,
    given: GuardOptions,
    tally: Tally,
  ): Promise<History> {
    const found = {
      errors: [] as LocatedFinding[],
      warnings: [] as LocatedFinding[],
      suppressed: [] as LocatedFinding[],
    };
    const unused: LocatedFinding[] = [];
    const progress = new Progress("checking commit");
    let commits = 0;
    let newest: string | undefined;
    let shallow = false;
    const options = {
      ...given,
      onUnused: (warnings: readonly Finding[]) => unused.push(...warnings),
      onShallow: (boundary: readonly string[]) => {
        shallow = true;
        this.note(shallowWarning(boundary));
      },
      onChecked: ({ commit, done, total }: CheckedCommit) => {
        commits = done;
        if (done > 0) newest = commit;
        progress.show(done, total);
      },
    };
    for await (const verdict of checkCommits(repository, selection, options, tally)) {
      const located = this.accepting(locatedIn(verdict));
      found.errors.push(...located.errors);
      found.warnings.push(...located.warnings);
      found.suppressed.push(...located.suppressed);
      if (located.errors.length + located.warnings.length === 0) continue;
      progress.clear();
      this.#printAll(located);
    }
    progress.clear();
    return { ...found, unused, commits, newest, shallow };
  }

  #printAll({ errors, warnings }: FoundProblems): void {
    if (!this.asText) return;
    for (const finding of this.#printed.of(warnings)) {
      this.note(findingLine(this.#warned.of(finding), { commit: finding.commit, warning: true }));
    }
    for (const finding of errors)
      this.printLine(findingLine(this.#found.of(finding), { commit: finding.commit }));
  }
}
