import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import type { PrivateKey } from "../crypto/x25519/private-key.ts";
import type { UnlockedCustodian } from "./custodian.ts";
import { openDomainKey, openSecret } from "./domain.ts";
import type { Problem, ProblemCode } from "./format/problem.ts";
import { readStrict } from "./format/strict-reader.ts";
import type { EntryPath } from "./format/validation.ts";
import type { KeyFile } from "./key-file.ts";
import { META_KEY, OWNERS_KEY, SECRET_PREFIX } from "./store-data.ts";

/**
 * Opens everything that a custodian owns, to find what cannot be seen without credentials, such as a secret sealed to an
 * earlier key.
 *
 * @param bytes the text that `keyFile` was parsed from, for line numbers
 * @param valueProblem what is wrong with a value, to follow its name; never the value
 * @returns the number of secrets that were opened, and what could not be
 */
export function checkOwned(
  bytes: Uint8Array,
  keyFile: KeyFile,
  custodian: UnlockedCustodian,
  valueProblem: (secret: string, value: string) => string | undefined = () => undefined,
): { opened: number; problems: Problem[] } {
  const found: Fault[] = [];
  let opened = 0;
  const attempt = <Result>(path: EntryPath, open: () => Result): Result | undefined => {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      found.push({ code: "cannot_open", path, message: error.message });
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
      if (value === undefined) continue;
      opened++;
      const problem = valueProblem(secret, value);
      if (problem !== undefined) found.push(invalidValue(name, secret, problem));
    }
  }
  return { opened, problems: problemsOf(bytes, found) };
}

/** An entry that did not open, or whose value breaks a rule. */
export interface Fault {
  readonly code: ProblemCode;
  readonly path: EntryPath;
  readonly message: string;
}

/** The path of a secret in the file. */
export function secretPath(domain: string, secret: string): EntryPath {
  return [domain, SECRET_PREFIX + secret];
}

/** A value that breaks a rule. @param problem what it does, such as `is not an integer` */
export function invalidValue(domain: string, secret: string, problem: string): Fault {
  const message = `the value of "${displayName(secret)}" in domain "${displayName(domain)}" ${problem}`;
  return { code: "invalid_value", path: secretPath(domain, secret), message };
}

/** Faults with their lines. @param bytes the text of the store */
export function problemsOf(bytes: Uint8Array, found: readonly Fault[]): Problem[] {
  if (found.length === 0) return [];
  const { lineOf } = readStrict(decodeUtf8(bytes) ?? "");
  return found
    .map(({ code, path, message }) => ({ code, line: lineOf(path) ?? 0, message }))
    .sort((a, b) => a.line - b.line);
}
