import { compareCodePoints } from "../../../common/code-points.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { findDomain } from "../../../store/lookup.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { DOMAIN } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class ListOwnersCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "list the owners of a domain, or of every domain",
    details:
      "These are the owners that the file names. Someone who was removed may have kept the domain's key.",
    examples: [
      ["Who can read prod, no credentials needed", "$0 list-owners prod"],
      ["Every domain", "$0 list-owners"],
    ],
  };

  domain = optionalArgument("domain", DOMAIN, "only this domain (default: all)");

  async run(): Promise<Outcome> {
    const { data } = this.readStore();
    const names = this.domain === undefined ? [...data.domains.keys()] : [this.domain];
    const domains = names.sort(compareCodePoints).map((domain) => ({
      domain,
      owners: [...findDomain(data, domain).owners.keys()].sort(compareCodePoints),
    }));
    for (const { domain, owners } of domains) {
      const lines = this.domain === undefined ? [`${domain}: ${owners.join(", ")}`] : owners;
      for (const line of lines) this.printLine(escapeUnprintable(line));
    }
    if (domains.length === 0) this.note(`(No domains in protected at ${escapeUnprintable(this.storePath)})`);
    return { result: { domains } };
  }
}
