import { compareCodePoints } from "../../../common/code-points.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import type { StoreData } from "../../../store/store-data.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class ListAllSecretsCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "list all secrets, each with its domains",
  };

  async run(): Promise<Outcome> {
    const secrets = [...groupBySecret(this.readStore().data)]
      .map(([secret, domains]) => ({ secret, domains: domains.toSorted(compareCodePoints) }))
      .sort((a, b) => compareCodePoints(a.secret, b.secret));
    if (secrets.length === 0) this.note(`(No secrets in protected at ${escapeUnprintable(this.storePath)})`);
    const lines = secrets.map(({ secret, domains }) => escapeUnprintable(`${secret}: ${domains.join(", ")}`));
    this.print(lines.map((line) => `${line}\n`).join(""));
    return { result: { secrets } };
  }
}

function groupBySecret({ domains }: StoreData): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, domain] of domains) {
    for (const secret of domain.secrets.keys()) {
      const group = groups.get(secret);
      if (group) group.push(name);
      else groups.set(secret, [name]);
    }
  }
  return groups;
}
