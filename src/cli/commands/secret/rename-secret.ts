import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { checkNewSecretName } from "../../../store/format/names.ts";
import { refuseTakenTarget } from "../../../store/lookup.ts";
import { moveSecret } from "../../../store/renaming.ts";
import type { StoreData } from "../../../store/store-data.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { text } from "../../argv/value-type.ts";
import { SecretCommand } from "../../base/secret-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class RenameSecretCommand extends SecretCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "give a secret another name in its domain",
    details:
      "The value is sealed again, which needs an owner's credentials. Earlier commits keep the old name.",
    examples: [["Rename one", "$0 rename-secret prod/db-pass db-password"]],
  };

  newName = optionalArgument("new-name", text("NAME"), "the new name; asked for if not given");

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const given = this.givenExistingSecret(keyFile, this.newName);
    const [to] = given.rest;
    if (to !== undefined) checkNewName(keyFile.data, to);
    if (to !== undefined && given.domain !== undefined) refuseTakenTarget(keyFile.data, given.domain, to);
    const owner = await this.unlock(keyFile);
    const from = await this.askForSecret(keyFile, given);
    const { domain, secret } = from;
    await this.unlockToRead(keyFile, [domain]);
    const name = to ?? (await this.ask("New name: ", "new name"));
    checkNewName(keyFile.data, name);
    await this.recordRead(owner, [{ domain, name: secret }]);
    return this.update(
      (file) => moveSecret(file, from, { domain, secret: name }, owner),
      `Renamed secret ${displayName(secret)} in ${displayName(domain)} to ${name}.`,
      { domain, secret, new_name: name },
    );
  }
}

/** A slash would be a domain's: moving to another domain is another command. */
function checkNewName(store: StoreData, name: string): void {
  if (name.includes("/")) {
    throw new PprotectError(
      "invalid_name",
      `the new name "${displayName(name)}" has a slash`,
      "give the name alone; `pprotect move-secret` moves a secret to another domain",
    );
  }
  checkNewSecretName(store, name);
}
