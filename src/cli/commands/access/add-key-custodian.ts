import { shellWord } from "../../../common/shell-quote.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { NewCustodianCommand } from "../../base/new-custodian-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { fillIn, programOn } from "../../report/next-action.ts";

export default class AddKeyCustodianCommand extends NewCustodianCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "add a key custodian: a person or machine with a key",
    everyday: true,
    takes: "passphrase",
    examples: [
      ["A person", "$0 add-key-custodian"],
      ["A machine, with a generated key", "$0 add-key-custodian -u ci@example.com --key-type raw"],
    ],
  };

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const creds = await this.newCustodian(keyFile);
    const outcome = await this.updateKey(
      creds.name,
      (file) => file.addCustodian(creds, this.keyType),
      `Added key custodian ${creds.name}.`,
    );
    this.note(
      `Next: commit ${escapeUnprintable(this.storePath)}; then an owner of a domain runs \`${programOn(this.file)} add-owner DOMAIN ${shellWord(creds.name)}\`.`,
    );
    return {
      ...outcome,
      nextActions: this.next({
        description: "let the new key custodian read a domain (an owner of it can)",
        command: ["add-owner"],
        args: [fillIn("DOMAIN"), creds.name],
      }),
    };
  }
}
