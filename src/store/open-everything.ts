import { PprotectError } from "../common/errors.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import type { PrivateKey } from "../crypto/x25519/private-key.ts";
import type { UnlockedCustodian } from "./custodian.ts";
import { openDomainKey, openSecret } from "./domain.ts";
import type { Problem } from "./format/problem.ts";
import { readStrict } from "./format/strict-reader.ts";
import type { EntryPath } from "./format/validation.ts";
import type { KeyFile } from "./key-file.ts";
import { META_KEY, OWNERS_KEY, SECRET_PREFIX } from "./store-data.ts";

/**
 * Opens everything that a custodian owns, to find what cannot be seen without credentials, such as a secret sealed to an
 * earlier key.
 *
 * @param bytes the text that `keyFile` was parsed from, for line numbers
 * @returns the number of secrets that were opened, and what could not be
 */
export function checkOwned(
  bytes: Uint8Array,
  keyFile: KeyFile,
  custodian: UnlockedCustodian,
): { opened: number; problems: Problem[] } {
  const found: Unopened[] = [];
  let opened = 0;
  const attempt = <Result>(path: EntryPath, open: () => Result): Result | undefined => {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      found.push({ path, message: error.message });
      return undefined;
    }
  };
  for (const name of keyFile.domainsOf(custodian.name)) {
    const domain = keyFile.data.domains.get(name);
    if (!domain) continue;
    const ownPath = [name, META_KEY, OWNERS_KEY, custodian.name];
    const key: PrivateKey | undefined = attempt(ownPath, () => openDomainKey(name, domain, custodian));
    if (!key) continue;
    for (const [secret, sealed] of domain.secrets) {
      const value = attempt(secretPath(name, secret), () =>
        openSecret(sealed, key, { domain: name, secret }),
      );
      if (value !== undefined) opened++;
    }
  }
  return { opened, problems: unopenedProblems(bytes, found) };
}

/** An entry that did not open. */
export interface Unopened {
  readonly path: EntryPath;
  readonly message: string;
}

/** The path of a secret in the file. */
export function secretPath(domain: string, secret: string): EntryPath {
  return [domain, SECRET_PREFIX + secret];
}

/** Entries that did not open, with their lines. @param bytes the text of the store */
export function unopenedProblems(bytes: Uint8Array, found: readonly Unopened[]): Problem[] {
  if (found.length === 0) return [];
  const { lineOf } = readStrict(decodeUtf8(bytes) ?? "");
  return found
    .map(({ path, message }) => ({ code: "cannot_open" as const, line: lineOf(path) ?? 0, message }))
    .sort((a, b) => a.line - b.line);
}
