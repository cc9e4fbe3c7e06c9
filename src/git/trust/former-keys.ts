import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { findDomain } from "../../store/lookup.ts";
import type { StoreData } from "../../store/store-data.ts";
import { SHARED_KEY_FIX } from "../../store/trust/shared-keys.ts";
import { openBlobReader } from "../process/cat-file.ts";
import { FormerDomains } from "./former-domains.ts";
import { repositoryOf } from "./key-origin.ts";

/**
 * Before a domain's key is given to a custodian: it opens everything that was ever sealed to it, under any name.
 * @param path the store's real path
 * @throws PprotectError `shared_key` where a commit has the key under another name
 */
export async function refuseFormerKeys(
  path: string,
  store: StoreData,
  domains: readonly string[],
): Promise<void> {
  const found = await repositoryOf(path);
  if (!found) return;
  const blobs = openBlobReader(found.repository.root);
  try {
    const keys = new Map(domains.map((name) => [name, findDomain(store, name).publicKey]));
    const [former] = await new FormerDomains(found.repository, blobs).find(["HEAD"], found.path, keys);
    if (!former) return;
    throw new PprotectError(
      "shared_key",
      `domain "${displayName(former.domain)}" has a public key that domain "${displayName(former.former)}" had in an earlier version: ` +
        "a new owner could read what was sealed to it there",
      SHARED_KEY_FIX,
    );
  } finally {
    await blobs.close();
  }
}
