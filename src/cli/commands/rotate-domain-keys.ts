import { Command } from "clipanion";
import { shown } from "../../common/printable.ts";
import { DomainCommand } from "../domain-command.ts";

export class RotateDomainKeysCommand extends DomainCommand {
  static override paths = [["rotate-domain-keys"]];
  static override usage = Command.Usage({
    category: "Domain Management",
    description: "replace a domain's keys and seal everything in it anew",
    examples: [["After removing an owner", "$0 rotate-domain-keys prod"]],
  });

  async run(): Promise<number> {
    const keyFile = this.readStore();
    const owner = await this.unlock(keyFile);
    const domain = await this.existingDomain(keyFile);
    return this.update(
      (file) => file.rotateDomainKey(domain, owner),
      `Rotated the keys of domain ${shown(domain)}.`,
    );
  }
}
