import { Command } from "clipanion";
import { shown } from "../../common/printable.ts";
import { findDomain } from "../../store/lookup.ts";
import { DomainCommand } from "../domain-command.ts";
import type { Outcome } from "../envelope.ts";

export class RotateDomainKeysCommand extends DomainCommand {
  static override paths = [["rotate-domain-keys"]];
  static override usage = Command.Usage({
    category: "Domain Management",
    description: "replace a domain's keys and seal everything in it anew",
    examples: [["After removing an owner", "$0 rotate-domain-keys prod"]],
  });

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const owner = await this.unlock(keyFile);
    const domain = await this.existingDomain(keyFile);
    let owners: string[] = [];
    const outcome = await this.update(
      (file) => {
        const rotated = file.rotateDomainKey(domain, owner);
        owners = [...findDomain(rotated.data, domain).owners.keys()];
        return rotated;
      },
      `Rotated the keys of domain ${shown(domain)}.`,
    );
    // Nothing shows whether an owner in the file was ever given the old key; each of them has the new one now.
    this.note(`Its owners, who can read it now: ${owners.map(shown).join(", ")}.`);
    return outcome;
  }
}
