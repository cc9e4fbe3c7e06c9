import { compareCodePoints } from "../../../common/code-points.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { findDomain } from "../../../store/lookup.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class ListUserSecretsCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "list the domains that you own, with their secrets",
  };

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const { name } = await this.unlock(keyFile);
    const owned = keyFile
      .domainsOf(name)
      .sort(compareCodePoints)
      .map((domain) => ({
        domain,
        secrets: [...findDomain(keyFile.data, domain).secrets.keys()].sort(compareCodePoints),
      }));
    if (owned.length === 0) this.note(`${displayName(name)} owns no domains.`);
    for (const { domain, secrets } of owned) {
      this.printLine(
        escapeUnprintable(`${domain}: ${secrets.length > 0 ? secrets.join(", ") : "(no secrets)"}`),
      );
    }
    return { result: { custodian: name, domains: owned } };
  }
}
