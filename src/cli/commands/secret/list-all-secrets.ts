import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { secretsWithDomains } from "../../../store/secrets-with-domains.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { writePieces } from "../../report/output.ts";

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
    writePieces((write) => {
      const endOf = lineEnds();
      for (const { secret, domains } of secretsWithDomains(data)) {
        // In two pieces: very many lines would be several times as much garbage as text.
        write(escapeUnprintable(secret));
        write(endOf(domains));
      }
    });
    return { result: {} };
  }
}

/** What is after the name on a line. One text for all secrets that are in the same domain alone, which share a list. */
function lineEnds(): (domains: readonly string[]) => string {
  let last: readonly string[] | undefined;
  let end = "";
  return (domains) => {
    if (domains !== last) end = escapeUnprintable(`: ${domains.join(", ")}`).concat("\n");
    last = domains;
    return end;
  };
}
