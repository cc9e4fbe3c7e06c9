import { compareCodePoints } from "../../../common/code-points.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { findDomain } from "../../../store/lookup.ts";
import { realpathOfParent } from "../../../system/real-path.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { NewDomainKeyCommand } from "../../base/new-domain-key-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { fillIn } from "../../report/next-action.ts";

export default class RotateDomainKeysCommand extends NewDomainKeyCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "replace a domain's keys and re-encrypt its secrets",
    details:
      "A removed owner may have kept the old keys. Afterwards, change the values too: everyone who could read the domain may know them.",
    everyday: true,
    examples: [["After removing an owner", "$0 rotate-domain-keys prod"]],
  };

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    this.givenDomain(keyFile);
    const owner = await this.unlock(keyFile);
    const domain = await this.existingDomain(keyFile);
    const leftOut = await this.ownersToLeaveOut(keyFile, domain, owner);
    let rotated = keyFile.data;
    const outcome = await this.update(
      (file) => {
        const changed = file.rotateDomainKey(domain, owner, new Date(), leftOut);
        rotated = changed.data;
        return changed;
      },
      `Rotated the keys of domain ${displayName(domain)}.`,
    );
    const recorder = await this.recorder();
    const store = realpathOfParent(this.storePath);
    await recorder.record({ custodian: owner.name, domains: [{ store, domain }] });
    const owners = [...findDomain(rotated, domain).owners.keys()].sort(compareCodePoints);
    // Nothing shows whether an owner in the file ever had the old key; each of them has the new one now.
    this.note(`Its owners, who can read it now: ${owners.map(displayName).join(", ")}.`);
    if (leftOut.length > 0) this.note(`Left out and removed: ${leftOut.map(displayName).join(", ")}.`);
    return {
      result: { ...outcome.result, domain, owners, left_out: leftOut },
      nextActions: this.next({
        description: "change each value that a removed owner may know",
        command: ["update-secret", "--value-file", fillIn("FILE")],
        args: [domain, fillIn("SECRET")],
      }),
    };
  }
}
