import { compareCodePoints } from "../../../common/code-points.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { findDomain } from "../../../store/lookup.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { DomainCommand } from "../../base/domain-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class ListDomainSecretsCommand extends DomainCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "list the secrets of a domain",
    everyday: true,
    examples: [["Names only, no credentials needed", "$0 list-domain-secrets prod"]],
  };

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const domain = await this.existingDomain(keyFile);
    const names = [...findDomain(keyFile.data, domain).secrets.keys()].sort(compareCodePoints);
    if (names.length === 0)
      this.note(
        `(No secrets in domain ${displayName(domain)} of protected at ${escapeUnprintable(this.storePath)})`,
      );
    this.print(names.map((name) => `${escapeUnprintable(name)}\n`).join(""));
    return { result: { domain, secrets: names } };
  }
}
