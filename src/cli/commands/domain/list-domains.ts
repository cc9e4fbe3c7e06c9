import { Command } from "clipanion";
import { compareCodePoints } from "../../../common/code-points.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class ListDomainsCommand extends BaseCommand {
  static override paths = [["list-domains"]];
  static override usage = Command.Usage({ category: "Domain Management", description: "list the domains" });

  async run(): Promise<Outcome> {
    const names = [...this.readStore().data.domains.keys()].sort(compareCodePoints);
    if (names.length === 0) this.note(`(No domains in protected at ${escapeUnprintable(this.storePath)})`);
    for (const name of names) this.printLine(escapeUnprintable(name));
    return { result: { domains: names } };
  }
}
