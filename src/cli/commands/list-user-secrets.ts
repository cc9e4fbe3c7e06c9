import { Command } from "clipanion";
import { printable, shown } from "../../common/printable.ts";
import { compareCodePoints } from "../../store/code-points.ts";
import { findDomain } from "../../store/lookup.ts";
import { BaseCommand } from "../base-command.ts";
import { writeLine } from "../output.ts";

export class ListUserSecretsCommand extends BaseCommand {
  static override paths = [["list-user-secrets"]];
  static override usage = Command.Usage({
    category: "Access Management",
    description: "list the domains that you own, with their secrets",
  });

  async run(): Promise<undefined> {
    const keyFile = this.readStore();
    const { name } = await this.unlock(keyFile);
    const owned = keyFile.domainsOf(name).sort(compareCodePoints);
    if (owned.length === 0) this.note(`User ${shown(name)} does not own any domains.`);
    for (const domain of owned) {
      const secrets = [...findDomain(keyFile.data, domain).secrets.keys()].sort(compareCodePoints);
      writeLine(printable(`${domain}: ${secrets.length > 0 ? secrets.join(", ") : "(no secrets)"}`));
    }
  }
}
