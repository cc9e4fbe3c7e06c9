import { PprotectError } from "../../../common/errors.ts";
import { countNoun } from "../../../common/text.ts";
import type { Push } from "../../../git/guard/push/check-push.ts";
import { knownToRemote } from "../../../git/guard/push/known-commits.ts";
import { prePushUpdates } from "../../../git/guard/push/ref-updates.ts";
import { findingLine, howToAllow, PrintedWarnings, SaidOnce } from "../../../git/guard/report.ts";
import { Tally } from "../../../git/guard/tally.ts";
import { openAnyRepositoryDirectly } from "../../../git/process/direct-repository.ts";
import type { Repository } from "../../../git/process/repository.ts";
import { readObjectsAsTheyAre } from "../../../git/process/safe-git.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { text } from "../../argv/value-type.ts";
import { PushCommand } from "../../base/push-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import type { PushFindings } from "../../report/push-report.ts";

/** How many findings are printed; `--json` has them all. */
const PRINTED = 100;

export default class GitPrePushCommand extends PushCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "check the commits that a push brings; git runs it",
    details:
      "The pre-push hook runs it, with git's lines on standard input. Files and messages of the commits that the remote does " +
      "not have are checked, by the refs that git keeps of it, and the messages of tags. A finding stops the push. It finds " +
      "what no other hook sees: what was committed with `--no-verify`, by a rebase, or by a program that runs no hooks.",
    examples: [["In the hook", 'exec $0 git pre-push "$@"']],
  };

  remote = optionalArgument("remote", text("REMOTE"), "the remote's name, or its URL again");
  url = optionalArgument("url", text("URL"), "the remote's URL");

  async run(): Promise<Outcome> {
    readObjectsAsTheyAre();
    const repository = await openAnyRepositoryDirectly(currentDirectory());
    const tally = new Tally();
    const push = await this.#push(repository);
    const found = await this.findIn(repository, push, { guard: this.guardOptions(), tally });
    if (!this.json) this.#print(found);
    return this.outcomeOf(found, tally);
  }

  async #push(repository: Repository): Promise<Push> {
    const { PRE_COMMIT, PRE_COMMIT_REMOTE_NAME: name, PRE_COMMIT_REMOTE_URL: url } = process.env;
    // The pre-commit framework reads git's lines itself, and says in variables what is pushed; before a commit, nothing.
    if (PRE_COMMIT && this.remote === undefined) {
      if (name === undefined) return { tips: [], known: [], knownRefs: [], accepted: [] };
      return { ...(await fromFramework(repository)), ...(await ofRemote(repository, name, url ?? name)) };
    }
    if (this.remote === undefined) {
      throw new PprotectError("usage", "git pre-push: no remote given", "git runs it with REMOTE and URL");
    }
    const updates = prePushUpdates(await this.readLines());
    return {
      tips: updates.flatMap(({ after }) => after ?? []),
      known: updates.flatMap(({ before }) => before ?? []),
      ...(await ofRemote(repository, this.remote, this.url ?? this.remote)),
    };
  }

  /** Prints to standard error, which git shows. */
  #print({ errors, warnings, commits, more }: PushFindings): void {
    const printed = new PrintedWarnings();
    const once = new SaidOnce();
    for (const finding of printed.of(warnings)) {
      this.note(findingLine(once.of(finding), { commit: finding.commit, warning: true }));
    }
    if (printed.rest !== undefined) this.note(printed.rest);
    for (const finding of errors.slice(0, PRINTED))
      this.note(findingLine(once.of(finding), { commit: finding.commit }));
    if (errors.length === 0) return;
    if (errors.length > PRINTED) this.note(`… and ${errors.length - PRINTED} more`);
    const count = `${more ? "at least " : ""}${countNoun(errors.length, "finding")}`;
    const where = commits === 0 ? "" : ` in ${countNoun(commits, "new commit")}`;
    this.note(
      `pprotect: ${count}${where}, nothing pushed; ${HOW_TO_CHANGE}; ${howToAllow(errors, "git push")}`,
    );
  }
}

const HOW_TO_CHANGE = "`git commit --amend` changes the last commit, `git rebase -i COMMIT^` an earlier one";

/** What the remote has, and its default branch, where the refs that git keeps of it have one. */
async function ofRemote(
  repository: Repository,
  name: string,
  url: string,
): Promise<Pick<Push, "knownRefs" | "accepted">> {
  const knownRefs = await knownToRemote(repository, name, url);
  return { knownRefs, accepted: [`refs/remotes/${name}/HEAD`] };
}

/** What the pre-commit framework pushes: `PRE_COMMIT_FROM_REF` is missing where it takes the whole branch for new. */
async function fromFramework({ tryRun }: Repository): Promise<Pick<Push, "tips" | "known">> {
  const { PRE_COMMIT_TO_REF, PRE_COMMIT_LOCAL_BRANCH = "HEAD", PRE_COMMIT_FROM_REF } = process.env;
  const id = async (name: string) =>
    name.startsWith("-")
      ? undefined
      : (await tryRun("rev-parse", "--verify", "--quiet", `${name}^{commit}`))?.trim();
  const tip = await id(PRE_COMMIT_TO_REF ?? PRE_COMMIT_LOCAL_BRANCH);
  const from = PRE_COMMIT_FROM_REF === undefined ? undefined : await id(PRE_COMMIT_FROM_REF);
  return { tips: tip === undefined ? [] : [tip], known: from === undefined ? [] : [from] };
}
