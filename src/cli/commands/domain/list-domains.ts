import { compareCodePoints } from "../../../common/code-points.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class ListDomainsCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "list the domains",
    everyday: true,
  };

  async run(): Promise<Outcome> {
    const names = [...this.readStore().data.domains.keys()].sort(compareCodePoints);
    if (names.length === 0) this.note(`(No domains in protected at ${escapeUnprintable(this.storePath)})`);
    for (const name of names) this.printLine(escapeUnprintable(name));
    return { result: { domains: names } };
  }
}
