import { PprotectError } from "../../../common/errors.ts";
import { countNoun } from "../../../common/text.ts";
import { MAX_ADDED } from "../../../git/guard/diff-parser.ts";
import { keptLines, readCleanup } from "../../../git/guard/message/cleanup.ts";
import { MessageScan } from "../../../git/guard/message/scan-message.ts";
import { findingFields, findingLine, findingsError, SaidOnce } from "../../../git/guard/report.ts";
import { type GuardOptions, scanSources } from "../../../git/guard/scan-sources.ts";
import { STAGED } from "../../../git/guard/staged-changes.ts";
import { openObjectReader } from "../../../git/process/cat-file.ts";
import { openRepositoryDirectly } from "../../../git/process/direct-repository.ts";
import type { Repository } from "../../../git/process/repository.ts";
import type { AddedLine, Finding } from "../../../scan/finding.ts";
import { textLines } from "../../../scan/scan-text.ts";
import { readBounded } from "../../../system/bounded-read.ts";
import { fileError } from "../../../system/file-error.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import { requiredArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { FILE } from "../../argv/value-type.ts";
import { GuardingCommand } from "../../base/guarding-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class GitCommitMsgCommand extends GuardingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "check a commit's message for plaintext secrets; git runs it",
    details:
      "The commit-msg hook runs it. Comments, and the diff that `git commit --verbose` shows, are left out as git does, by the " +
      "settings commit.cleanup and core.commentChar. A finding stops the commit.",
    examples: [["The message of the last commit that was begun", "$0 git commit-msg .git/COMMIT_EDITMSG"]],
  };

  message = requiredArgument("file", FILE, "the file with the message");

  async run(): Promise<Outcome> {
    const repository = await openRepositoryDirectly(currentDirectory());
    const lines = keptLines(this.#read(), await readCleanup(repository, process.env));
    const findings = await findingsIn(lines, repository, this.guardOptions());
    if (!this.json) this.#print(findings);
    return { result: { findings: findings.map(findingFields) }, refusal: findingsError(findings) };
  }

  /** @throws PprotectError `file_error` */
  #read(): Uint8Array {
    try {
      const bytes = readBounded(this.message, this.message, MAX_ADDED);
      if (bytes) return bytes;
    } catch (error) {
      throw error instanceof PprotectError ? error : fileError("read", this.message, error);
    }
    const limit = `${MAX_ADDED / 1024 / 1024} MiB`;
    throw new PprotectError("file_error", `the message is larger than ${limit}`, "shorten it");
  }

  /** Prints to standard error, which git shows. */
  #print(findings: readonly Finding[]): void {
    const once = new SaidOnce();
    for (const finding of findings) this.note(findingLine(once.of(finding)));
    if (findings.length === 0) return;
    this.note(
      `pprotect: ${countNoun(findings.length, "finding")}, nothing committed; the message is still in ` +
        `${this.message}: \`git commit -eF ${this.message}\` edits it; false positive? add \`pprotect:allow\` to the line; ` +
        "`git commit --no-verify` skips all hooks",
    );
  }
}

/** The findings that the staged `.pprotectignore` does not list. */
async function findingsIn(
  lines: readonly AddedLine[],
  { root }: Repository,
  options: GuardOptions,
): Promise<readonly Finding[]> {
  const objects = openObjectReader(root);
  try {
    const scan = new MessageScan(scanSources(root, objects, STAGED, options));
    return (await scan.lines({ prefix: ":", parents: [] }, textLines(lines))).errors;
  } finally {
    await objects.close();
  }
}
