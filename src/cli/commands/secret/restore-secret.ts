import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import type { NamedCommit } from "../../../git/history/store-at.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import { absolutePath } from "../../../system/path-text.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { option } from "../../argv/option.ts";
import { text } from "../../argv/value-type.ts";
import { SecretCommand } from "../../base/secret-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class RestoreSecretCommand extends SecretCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "set a secret to its value in an earlier commit",
    details:
      "Needs the credentials of an owner of the domain, as they were in that commit. A secret that was removed is added again.",
    examples: [
      ["The value before the last commit", "$0 restore-secret prod/db-password --rev HEAD~1"],
      ["Which commits changed it", "$0 git history prod/db-password"],
    ],
  };

  rev = option("--rev", text("REV"), "the commit whose value to take (required)");

  async run(): Promise<Outcome> {
    const { rev } = this;
    if (rev === undefined) {
      throw new PprotectError(
        "usage",
        "restore-secret needs --rev",
        "for example: `pprotect restore-secret prod/db-password --rev HEAD~1`",
      );
    }
    const keyFile = this.readStore();
    const given = this.givenSecret(keyFile);
    const { committedStore } = await import("../../../git/history/store-at.ts");
    const { keyFile: then, commit } = await committedStore(absolutePath(this.storePath), rev);
    if (given.domain !== undefined && given.secret !== undefined) findIn(then, given.domain, given.secret);
    const owner = await this.unlock(then);
    const { domain, secret } = await this.askForSecret(keyFile, given);
    findIn(then, domain, secret);
    await this.recordRead(owner, [{ domain, name: secret }]);
    const value = then.decryptSecret(domain, secret, owner);
    return this.update(
      (file) => file.setSecret(domain, secret, value),
      `Restored secret ${displayName(secret)} in ${displayName(domain)} from ${describe(rev, commit)}.`,
      { domain, secret, rev, commit: commit.id },
    );
  }
}

/** A revision as it was typed, with the commit that it means. */
function describe(rev: string, { id, shortId, day }: NamedCommit): string {
  return id.startsWith(rev) ? `${shortId} (${day})` : `${displayName(rev)} (${shortId}, ${day})`;
}

function findIn({ data }: KeyFile, domain: string, secret: string): void {
  findSecret(domain, findDomain(data, domain), secret);
}
