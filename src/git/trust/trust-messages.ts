import { PprotectError } from "../../common/errors.ts";
import { shellArguments } from "../../common/shell-quote.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { Domain, StoreData } from "../../store/store-data.ts";
import {
  custodianFingerprint,
  displayFingerprint,
  domainFingerprint,
  type Fingerprint,
} from "../../store/trust/fingerprint.ts";
import type { Grantee, KeyState, OwnerState } from "../../store/trust/policy.ts";
import { SHARED_KEY_FIX, sharedKeyMessage } from "../../store/trust/shared-keys.ts";
import { TRUST_FILE } from "../../store/trust/trust-list.ts";
import type { KeyOrigin } from "./key-origin.ts";

/** A domain's key that is not what was accepted, with all that a person needs to decide about it. */
export interface DoubtfulDomain {
  readonly name: string;
  readonly domain: Domain;
  readonly state: KeyState;
  /** The accepted key. */
  readonly pinned: Fingerprint | undefined;
  readonly origin: KeyOrigin | undefined;
}

/** What is wrong with a domain's key, as one line. */
export function domainMessage({ name, domain, state, pinned, origin }: DoubtfulDomain): string {
  const named = `domain "${displayName(name)}"`;
  const key = displayFingerprint(domainFingerprint(domain));
  const was = pinned === undefined ? "" : `it was ${displayFingerprint(pinned)}, `;
  switch (state.kind) {
    case "shared":
      return sharedKeyMessage({ domain: name, other: state.other });
    case "elsewhere":
      return `${named} has the key that you accepted for domain "${displayName(state.other)}" (${key}${sinceCommit(origin)})`;
    case "older":
      return pinned === undefined
        ? `${named} has the key (${key}) that it had before it was removed or renamed`
        : `${named} has a key (${key}) that it had before the one that you accepted (${displayFingerprint(pinned)})`;
    case "unlisted":
      return `the key of ${named} (${key}${sinceCommit(origin)}) is not in ${TRUST_FILE} of the default branch`;
    default: {
      const owners = state.kind === "unproven" ? newOwnersPhrase(state.newOwners) : "";
      return `the key of ${named} changed and nothing proves the change: ${was}it is ${key}${sinceCommit(origin)}${owners}`;
    }
  }
}

function newOwnersPhrase(owners: readonly string[]): string {
  if (owners.length === 0) return "";
  return `; owners that you have not accepted: ${owners.map(displayName).join(", ")}`;
}

function sinceCommit(origin: KeyOrigin | undefined): string {
  return origin === undefined
    ? ""
    : `, since commit ${origin.commit} by ${displayName(origin.author)}, ${origin.day}`;
}

/** The refusal to use a domain's key. */
export function domainRefusal(doubtful: DoubtfulDomain): PprotectError {
  const message = domainMessage(doubtful);
  if (doubtful.state.kind === "shared") return new PprotectError("shared_key", message, SHARED_KEY_FIX);
  return new PprotectError("untrusted_key", message, fixFor(doubtful));
}

function fixFor({ name, state: { kind }, pinned }: DoubtfulDomain): string {
  const accept = `\`${trustCommand(name)}\` accepts it`;
  if (kind === "unlisted") return `add it to ${TRUST_FILE} on the default branch: \`pprotect trust --write\``;
  if (kind === "older" && pinned === undefined)
    return `if that was on another branch, or was undone, ${accept}`;
  if (kind === "older") return `this is a branch from before a rotation: merge that first, or ${accept}`;
  if (kind === "elsewhere") return `restore the store from git; if the domain was renamed, ${accept}`;
  return `compare the fingerprint with another owner, then ${accept}`;
}

/** A custodian whose key is not what was accepted. */
export interface DoubtfulOwner {
  readonly domain: string;
  readonly grantee: Grantee;
  readonly state: OwnerState;
  readonly origin: KeyOrigin | undefined;
}

/** What is wrong with an owner, as one line. */
export function ownerMessage({ domain, grantee, state, origin }: DoubtfulOwner): string {
  const name = `"${displayName(grantee.name)}"`;
  const key = displayFingerprint(custodianFingerprint(grantee.pwdkm));
  switch (state.kind) {
    case "changed":
      return `the key of custodian ${name} changed and nothing proves the change: it was ${displayFingerprint(state.pinned)}, it is ${key}${sinceCommit(origin)}`;
    case "unlisted":
      return `the key of custodian ${name} (${key}) is not in ${TRUST_FILE} of the default branch`;
    default:
      return `owner ${name} of domain "${displayName(domain)}" (key ${key}) was added, and nothing proves that an owner did it`;
  }
}

/** The refusal to give a domain's key to a custodian. */
export function ownerRefusal(doubtful: DoubtfulOwner): PprotectError {
  const name = displayName(doubtful.grantee.name);
  const accept =
    doubtful.state.kind === "unlisted"
      ? `add it to ${TRUST_FILE} on the default branch: \`pprotect trust --write\``
      : doubtful.state.kind === "changed"
        ? `compare the fingerprint with ${name}, then \`${trustCommand(doubtful.grantee.name)}\` accepts it`
        : `ask an owner of the domain, then \`${trustCommand(doubtful.domain)}\` accepts its owners`;
  return new PprotectError("untrusted_key", ownerMessage(doubtful), accept);
}

/** The key material of an owner in the file. */
export function granteeOf(store: StoreData, owner: string): Grantee | undefined {
  const pwdkm = store.custodians.get(owner);
  return pwdkm === undefined ? undefined : { name: owner, pwdkm };
}

/** A custodian's key fingerprint, for the user to compare with what the custodian sees. */
export function keyToCompare(custodian: string, fingerprint: Fingerprint): string {
  return `Key fingerprint of ${displayName(custodian)}: ${displayFingerprint(fingerprint)} (compare it with what \`pprotect trust\` shows them)`;
}

/** The command that accepts a key, as a line of a shell. */
function trustCommand(name: string): string {
  return `pprotect trust ${shellArguments(name)}`;
}
