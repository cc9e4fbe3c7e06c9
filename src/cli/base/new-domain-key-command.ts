import type { UnlockedCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { DomainCommand } from "./domain-command.ts";
import { ownersToLeaveOut } from "./owners-to-leave-out.ts";

/** A command that gives the owners of a domain a new key. */
export abstract class NewDomainKeyCommand extends DomainCommand {
  /** Owners who do not get the new key: those without proof that an owner added them, unless the user says so. */
  protected async ownersToLeaveOut(
    keyFile: KeyFile,
    domain: string,
    owner: UnlockedCustodian,
  ): Promise<string[]> {
    return ownersToLeaveOut(keyFile, domain, owner, {
      trust: await this.trust(keyFile),
      note: (message) => this.note(message),
      mayAsk: !this.nonInteractive || this.yes,
      confirmed: (question) => this.confirmed(question),
    });
  }
}
