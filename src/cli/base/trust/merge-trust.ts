import { existsSync } from "node:fs";
import { PprotectError } from "../../../common/errors.ts";
import type { StoreVersions } from "../../../git/merge/versions.ts";
import { type Domain, EMPTY_STORE, type StoreData } from "../../../store/store-data.ts";
import type { KeyJudge } from "../../../store/trust/judge.ts";
import { type KnownKeys, knownKeys, TRUST_NO_NEW_KEY } from "../../../store/trust/known-keys.ts";
import { findPins } from "../../../store/trust/pin-file.ts";
import { trustMode } from "../../../store/trust/trust-mode.ts";
import { realpathOfFile } from "../../../system/real-path.ts";

/**
 * What decides about keys that one side of a merge introduced, by `PPROTECT_TRUST`. `off` accepts what the logs prove
 * to come after the ancestor's keys, and no more: a merge can do without any other.
 *
 * It writes no accepted keys: a merge can be aborted. The merge signs the keys that it makes, so they are accepted when
 * they are first used.
 *
 * @param path the store, which need not be there
 * @throws PprotectError `usage` for an unknown mode
 */
export async function mergeTrust(
  path: string,
  versions: StoreVersions,
  note: (message: string) => void,
): Promise<KnownKeys> {
  const { base, ours, theirs } = versions;
  const sides = [ours, theirs];
  const mode = trustMode(process.env);
  try {
    if (mode === "off" || !existsSync(path)) {
      return mode === "strict" ? TRUST_NO_NEW_KEY : knownKeys(undefined, base, sides);
    }
    if (mode === "first-use") return knownKeys(findPins(realpathOfFile(path), ours)?.pins, base, sides);
    const { committedJudge } = await import("../../../git/trust/committed-judge.ts");
    return byJudge(
      await committedJudge(path, { ...ours, auditLog: sides.flatMap(({ auditLog }) => auditLog) }),
    );
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    note(`pprotect: warning: ${error.message}; the merge trusts no key that one side introduced`);
    return TRUST_NO_NEW_KEY;
  }
}

function byJudge(judge: KeyJudge): KnownKeys {
  return {
    trusts: (name, publicKey) => {
      const domain = withKey(publicKey);
      const store: StoreData = { ...EMPTY_STORE, domains: new Map([[name, domain]]) };
      return judge.domain(store, name, domain).kind === "pinned";
    },
    trustsCustodian: (name, pwdkm) => judge.newOwner("", withKey(""), { name, pwdkm }).kind === "known",
    trustsOwner: (domain, publicKey, name, pwdkm) =>
      judge.owner(domain, withKey(publicKey), { name, pwdkm }).kind === "known",
  };
}

function withKey(publicKey: string): Domain {
  return { publicKey, secrets: new Map(), owners: new Map() };
}
