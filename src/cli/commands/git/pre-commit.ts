import { countNoun } from "../../../common/text.ts";
import { checkCommits } from "../../../git/guard/commit-changes.ts";
import type { Finding, GuardOptions } from "../../../git/guard/guard.ts";
import {
  findingFields,
  findingLine,
  findingsError,
  howToAllow,
  PrintedWarnings,
  SaidOnce,
} from "../../../git/guard/report.ts";
import { checkStaged, checkWholeFiles } from "../../../git/guard/staged-changes.ts";
import { storePath } from "../../../git/install/store-path.ts";
import { openRepositoryDirectly } from "../../../git/process/direct-repository.ts";
import type { Repository } from "../../../git/process/repository.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import { restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { FILE } from "../../argv/value-type.ts";
import { GuardingCommand } from "../../base/guarding-command.ts";
import { stagedProjectFiles } from "../../reading/project-files.ts";
import type { Outcome } from "../../report/json-envelope.ts";

/** A finding in what is staged, or in a commit. */
interface LocatedFinding extends Finding {
  readonly commit?: string;
}

interface LocatedFindings {
  readonly errors: readonly LocatedFinding[];
  readonly warnings: readonly LocatedFinding[];
}

export default class GitPreCommitCommand extends GuardingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "check staged files for broken stores and plaintext secrets",
    details:
      "The pre-commit hook runs it. A finding is an error and stops the commit. Files that are named are checked as a " +
      "whole, unless all of them are staged. With the pre-commit framework's PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF, " +
      "the commits between the two are checked instead.",
    examples: [
      ["What would be committed now", "$0 git pre-commit"],
      ["Whole files", "$0 git pre-commit config.yaml .env.example"],
    ],
  };

  files = restArguments("files", FILE, "files to check as a whole, besides what is staged");

  async run(): Promise<Outcome> {
    const repository = await openRepositoryDirectly(currentDirectory());
    const options = this.guardOptions();
    const [staged, inProjectFiles] = await Promise.all([
      checkStaged(repository, options),
      stagedProjectFiles(repository),
    ]);
    const { errors, warnings } = distinct([
      staged,
      { errors: inProjectFiles, warnings: [] },
      await this.#named(repository, options),
    ]);
    if (!this.json) this.#print({ errors, warnings });
    return {
      result: { findings: errors.map(findingFields), warnings: warnings.map(findingFields) },
      refusal: findingsError(errors),
    };
  }

  /** Checks what the line, or the pre-commit framework, names. */
  async #named(repository: Repository, options: GuardOptions): Promise<LocatedFindings> {
    const { PRE_COMMIT, PRE_COMMIT_FROM_REF, PRE_COMMIT_TO_REF, PRE_COMMIT_CHECKOUT_TYPE } = process.env;
    // After a checkout, the two are where HEAD was and where it is: that is not what anyone is about to add.
    if (PRE_COMMIT && PRE_COMMIT_FROM_REF && PRE_COMMIT_TO_REF && !PRE_COMMIT_CHECKOUT_TYPE) {
      return checkRange(repository, options, `${PRE_COMMIT_FROM_REF}..${PRE_COMMIT_TO_REF}`);
    }
    if (this.files.length === 0) return { errors: [], warnings: [] };
    return checkWholeFiles(
      repository,
      this.files.map((file) => storePath(repository.root, file)),
      options,
    );
  }

  /** Prints to standard error, which git shows. */
  #print({ errors, warnings }: LocatedFindings): void {
    const printed = new PrintedWarnings();
    const once = new SaidOnce();
    for (const finding of printed.of(warnings)) {
      this.note(findingLine(once.of(finding), { commit: finding.commit, warning: true }));
    }
    if (printed.rest !== undefined) this.note(printed.rest);
    for (const finding of errors) this.note(findingLine(once.of(finding), { commit: finding.commit }));
    if (errors.length > 0) {
      this.note(`pprotect: ${countNoun(errors.length, "finding")}, nothing committed; ${howToAllow(errors)}`);
    }
  }
}

async function checkRange(
  repository: Repository,
  options: GuardOptions,
  revision: string,
): Promise<LocatedFindings> {
  const errors: LocatedFinding[] = [];
  const warnings: LocatedFinding[] = [];
  for await (const verdict of checkCommits(repository, { revision }, options)) {
    const { commit } = verdict;
    errors.push(...verdict.errors.map((finding) => ({ ...finding, commit })));
    warnings.push(...verdict.warnings.map((finding) => ({ ...finding, commit })));
  }
  return { errors, warnings };
}

/** Findings of several checks, each once. */
function distinct(verdicts: readonly LocatedFindings[]): LocatedFindings {
  const once = (findings: readonly LocatedFinding[]): LocatedFinding[] => [
    ...new Map(
      findings.map((finding) => [findingLine(finding, { commit: finding.commit }), finding]),
    ).values(),
  ];
  return {
    errors: once(verdicts.flatMap(({ errors }) => errors)),
    warnings: once(verdicts.flatMap(({ warnings }) => warnings)),
  };
}
