import { PprotectError } from "../../../common/errors.ts";
import { countNoun } from "../../../common/text.ts";
import type { Push } from "../../../git/guard/push/check-push.ts";
import { preReceiveUpdates } from "../../../git/guard/push/ref-updates.ts";
import { readServerPolicy, type ServerPolicy } from "../../../git/guard/push/server-policy.ts";
import { Tally } from "../../../git/guard/tally.ts";
import { openReceivingRepository } from "../../../git/process/repository.ts";
import { readObjectsAsTheyAre } from "../../../git/process/safe-git.ts";
import { stopEveryGit } from "../../../git/process/stream.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { PushCommand } from "../../base/push-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { pushReport } from "../../report/push-report.ts";

/** A store of more entries than anyone has; to read a hostile one takes a hundred times its size. */
const MAX_STORE_BYTES = 8 * 1024 * 1024;

export default class GitPreReceiveCommand extends PushCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "check what a server receives; git runs it",
    details:
      "The server-side hooks pre-receive and update run it, with git's lines on standard input. Files and messages of all " +
      "commits that are new to the repository are checked. A finding refuses the push. Nothing in the pushed commits " +
      "switches the check off: .pprotectignore counts as it is in the default branch before the push, then " +
      "info/pprotectignore of the server's repository. In its git config, pprotect.allowMarkers=false makes `pprotect:allow` " +
      "count for nothing, and pprotect.pushTimeout is the number of seconds (default: 600; 0: no limit) after which a push " +
      "is refused.",
    examples: [["In the hook of a bare repository", "exec $0 git pre-receive"]],
  };

  async run(): Promise<Outcome> {
    readObjectsAsTheyAre();
    const repository = await openReceivingRepository(currentDirectory());
    const tips = preReceiveUpdates(await this.readLines()).flatMap(({ after }) => after ?? []);
    const policy = await readServerPolicy(repository);
    const tally = new Tally();
    const push: Push = { tips, known: [], knownRefs: ["--all"], accepted: ["HEAD"] };
    const options = {
      guard: {
        prefixes: this.credentialPrefixes,
        allowance: policy.allowance,
        maxStoreBytes: MAX_STORE_BYTES,
      },
      tally,
    };
    const checked = await withinTime(policy, this.findIn(repository, push, options));
    const found = { ...checked, warnings: [...policy.warnings, ...checked.warnings] };
    if (!this.json) for (const line of pushReport(found, policy.allowance)) this.note(line);
    return this.outcomeOf(found, tally);
  }
}

/** @throws PprotectError `not_scanned` when the check takes longer than the server lets it */
async function withinTime<Value>({ seconds }: ServerPolicy, check: Promise<Value>): Promise<Value> {
  if (seconds === undefined) return check;
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new PprotectError(
      "not_scanned",
      `push refused: the check was stopped after ${countNoun(seconds, "second")}, and commits that were not checked are not accepted`,
      "push fewer commits at a time, or ask the server's administrator to raise pprotect.pushTimeout in its git config",
    );
    timer = setTimeout(() => {
      reject(error);
      stopEveryGit();
    }, seconds * 1000);
  });
  try {
    return await Promise.race([check, late]);
  } finally {
    clearTimeout(timer);
  }
}
