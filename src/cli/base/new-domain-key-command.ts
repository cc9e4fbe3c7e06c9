import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { DomainCommand } from "./domain-command.ts";

/** A command that gives the owners of a domain a new key. */
export abstract class NewDomainKeyCommand extends DomainCommand {
  /**
   * Owners whom nothing shows to be ones: anyone who may write the file can write owners into it, and they
   * would be given the new key. They get it where the user says so.
   */
  protected async ownersToLeaveOut(
    keyFile: KeyFile,
    domain: string,
    owner: UnlockedCustodian,
  ): Promise<string[]> {
    const trust = await this.trust(keyFile);
    const actor = { name: owner.name, publicKey: owner.privateKey.publicKey };
    const doubtful = await trust.doubtfulOwners(keyFile.data, domain, actor);
    if (doubtful.length === 0) return [];
    const names = doubtful.map(({ grantee }) => grantee.name);
    const { ownerMessage } = await import("../../git/trust/trust-messages.ts");
    for (const each of doubtful) this.note(`pprotect: warning: ${ownerMessage(each)}`);
    if (this.nonInteractive && !this.yes) {
      throw new PprotectError(
        "untrusted_key",
        `the new key of domain "${displayName(domain)}" would go to ${names.map(displayName).join(", ")}`,
        "`--yes` gives it to them, `pprotect rm-owner` removes them",
      );
    }
    if (!(await this.confirmed(`Give the new key to ${names.map(displayName).join(", ")}? [y/N] `)))
      return names;
    for (const name of names) trust.confirm(domain, name);
    return [];
  }
}
