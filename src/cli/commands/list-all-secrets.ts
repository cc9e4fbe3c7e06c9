import { Command } from "clipanion";
import { printable } from "../../common/printable.ts";
import { compareCodePoints } from "../../store/code-points.ts";
import type { StoreData } from "../../store/store-data.ts";
import { BaseCommand } from "../base-command.ts";
import { writeOut } from "../output.ts";

export class ListAllSecretsCommand extends BaseCommand {
  static override paths = [["list-all-secrets"]];
  static override usage = Command.Usage({
    category: "Secret Management",
    description: "list all secrets, each with the domains that have it",
  });

  async run(): Promise<undefined> {
    const domainsBySecret = groupBySecret(this.readStore().data);
    if (domainsBySecret.size === 0) this.note(`(No secrets in protected at ${this.storePath})`);
    const lines = [...domainsBySecret.keys()]
      .sort(compareCodePoints)
      .map((secret) =>
        printable(`${secret}: ${domainsBySecret.get(secret)?.sort(compareCodePoints).join(", ")}`),
      );
    writeOut(lines.map((line) => `${line}\n`).join(""));
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
