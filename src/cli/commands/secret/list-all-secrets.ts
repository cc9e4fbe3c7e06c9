import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { secretsWithDomains } from "../../../store/secrets-with-domains.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { writeLines } from "../../report/output.ts";

export default class ListAllSecretsCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "list all secrets, each with its domains",
  };

  async run(): Promise<Outcome> {
    const { data } = this.readStore();
    const isEmpty = [...data.domains.values()].every(({ secrets }) => secrets.size === 0);
    if (isEmpty) this.note(`(No secrets in protected at ${escapeUnprintable(this.storePath)})`);
    if (this.json) return { result: { secrets: [...secretsWithDomains(data)] } };
    writeLines(secretsWithDomains(data), ({ secret, domains }) =>
      escapeUnprintable(`${secret}: ${domains.join(", ")}`),
    );
    return { result: {} };
  }
}
