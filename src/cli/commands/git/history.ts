import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { storeHistory } from "../../../git/history/history.ts";
import { locateInRepository } from "../../../git/process/store-location.ts";
import { absolutePath } from "../../../system/path-text.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { option } from "../../argv/option.ts";
import { readSecretWords } from "../../argv/secret-words.ts";
import { DOMAIN, SECRET, SECRET_PATH } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome, Result } from "../../report/json-envelope.ts";

export default class GitHistoryCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "show which commit changed what",
    everyday: true,
    examples: [
      ["Everything, newest first, no credentials needed", "$0 git history"],
      ["One secret", "$0 git history prod/db-password"],
    ],
  };

  domainOption = option("--domain", DOMAIN, "the domain, instead of the argument", { replaces: "domain" });
  domain = optionalArgument("domain", SECRET_PATH, "only changes to this domain, or to DOMAIN/SECRET");
  secret = optionalArgument("secret", SECRET, "only changes to this secret of it");

  async run(): Promise<Outcome> {
    const words = [this.domain, this.secret].filter((word) => word !== undefined);
    const { domain, secret } = readSecretWords(this.domainOption, words, 2);
    const { repository, path } = await locateInRepository(absolutePath(this.storePath));
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
