import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { TrustSession } from "../../git/trust/trust-session.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";

/** How a command speaks with the user about owners. */
export interface AskingAboutOwners {
  readonly trust: TrustSession;
  readonly note: (message: string) => void;
  /** Whether a question can be answered, by the user or by `--yes`. */
  readonly mayAsk: boolean;
  readonly confirmed: (question: string) => Promise<boolean>;
}

/**
 * Owners without proof that an owner added them: anyone who can write the file can write owners into it, and they would
 * get the new key. They get it only if the user says so.
 *
 * @throws PprotectError `untrusted_key` if there are some, and the user cannot be asked
 */
export async function ownersToLeaveOut(
  keyFile: KeyFile,
  domain: string,
  owner: UnlockedCustodian,
  { trust, note, mayAsk, confirmed }: AskingAboutOwners,
): Promise<string[]> {
  const actor = { name: owner.name, publicKey: owner.privateKey.publicKey };
  const doubtful = await trust.doubtfulOwners(keyFile.data, domain, actor);
  if (doubtful.length === 0) return [];
  const names = doubtful.map(({ grantee }) => grantee.name);
  const { ownerMessage } = await import("../../git/trust/trust-messages.ts");
  for (const each of doubtful) note(`pprotect: warning: ${ownerMessage(each)}`);
  if (!mayAsk) {
    throw new PprotectError(
      "untrusted_key",
      `the new key of domain "${displayName(domain)}" would go to ${names.map(displayName).join(", ")}`,
      "`--yes` gives it to them, `pprotect rm-owner` removes them",
    );
  }
  if (!(await confirmed(`Give the new key to ${names.map(displayName).join(", ")}? [y/N] `))) return names;
  for (const name of names) trust.confirm(domain, name);
  return [];
}
