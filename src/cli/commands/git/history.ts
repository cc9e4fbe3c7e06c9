import { existsSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { withoutLineEnd } from "../../../common/text.ts";
import { storeHistory } from "../../../git/history/history.ts";
import { openRepository } from "../../../git/process/repository.ts";
import { realpathOfFile } from "../../../system/real-path.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { DOMAIN, SECRET } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome, Result } from "../../report/json-envelope.ts";

export default class GitHistoryCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "show which commit changed what",
    everyday: true,
    examples: [
      ["Everything, newest first, no credentials needed", "$0 git history"],
      ["One secret", "$0 git history prod db-password"],
    ],
  };

  domain = optionalArgument("domain", DOMAIN, "only changes to this domain");
  secret = optionalArgument("secret", SECRET, "only changes to this secret of it");

  async run(): Promise<Outcome> {
    const { domain, secret } = this;
    const file = realFile(resolve(this.storePath));
    const directory = existingDirectory(dirname(file));
    const repository = await openRepository(directory);
    const prefix = withoutLineEnd(await repository.run("rev-parse", "--show-prefix"));
    const path = prefix + relative(directory, file).split(sep).join("/");
    if ((await repository.run("rev-parse", "--is-shallow-repository")).trim() === "true") {
      this.note("pprotect: shallow clone: earlier changes are shown as made by its first commit");
    }
    const changes: Result[] = [];
    for await (const { commit, what } of storeHistory(repository, path, { domain, secret })) {
      const { id, day, author, shortId } = commit;
      this.printLine(`${day} ${shortId} ${escapeUnprintable(author)}  ${what}`);
      if (this.json) changes.push({ commit: id, day, author, change: what });
    }
    return { result: { store: this.storePath, changes } };
  }
}

/** Git keeps a symbolic link's target as a file of its own. */
function realFile(path: string): string {
  return existsSync(path) ? realpathOfFile(path) : path;
}

/** The nearest directory above a store that exists: the store may have been removed with its directory. */
function existingDirectory(directory: string): string {
  return existsSync(directory) || dirname(directory) === directory
    ? directory
    : existingDirectory(dirname(directory));
}
