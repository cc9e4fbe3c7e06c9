import { sortedByKey } from "../../common/code-points.ts";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { type Fingerprint, isFingerprint } from "./fingerprint.ts";

/** The committed file that `PPROTECT_TRUST=strict` goes by. */
export const TRUST_FILE = "pprotect.trust";

/** The keys that a team has agreed on: for each name any of these. */
export interface TrustList {
  readonly domains: ReadonlyMap<string, ReadonlySet<Fingerprint>>;
  readonly custodians: ReadonlyMap<string, ReadonlySet<Fingerprint>>;
}

const LINE = /^([0-9a-f]{64}) (domain|custodian) (.+)$/;

/**
 * Reads `pprotect.trust`: a line `FINGERPRINT domain NAME` or `FINGERPRINT custodian NAME` for each key; empty lines and
 * lines that start with `#` are left out. A name with unusual characters is written as a JSON string.
 *
 * @param file its name, for messages
 * @throws PprotectError `file_error` with the line that is wrong
 */
export function parseTrustList(text: string, file: string): TrustList {
  const domains = new Map<string, Set<Fingerprint>>();
  const custodians = new Map<string, Set<Fingerprint>>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const [, key = "", kind = "", written = ""] = LINE.exec(line) ?? [];
    const name = nameOf(written);
    if (!isFingerprint(key) || name === undefined) {
      throw new PprotectError(
        "file_error",
        `${escapeUnprintable(file)}:${index + 1}: a line is \`FINGERPRINT domain NAME\` or \`FINGERPRINT custodian NAME\``,
        "`pprotect trust --write` writes the file",
      );
    }
    const keys = kind === "domain" ? domains : custodians;
    keys.set(name, (keys.get(name) ?? new Set()).add(key));
  }
  return { domains, custodians };
}

/** The text that {@link parseTrustList} reads, one key for each name. */
export function formatTrustList(
  domains: ReadonlyMap<string, Fingerprint>,
  custodians: ReadonlyMap<string, Fingerprint>,
): string {
  const lines = (kind: string, keys: ReadonlyMap<string, Fingerprint>) =>
    [...sortedByKey(keys)].map(([name, key]) => `${key} ${kind} ${writtenName(name)}\n`);
  return [...lines("domain", domains), ...lines("custodian", custodians)].join("");
}

const PLAIN_NAME = /^[^\s"\p{C}](?:[^\p{C}]*[^\s\p{C}])?$/u;

function writtenName(name: string): string {
  return PLAIN_NAME.test(name) && !/[\u2028\u2029]/.test(name) ? name : JSON.stringify(name);
}

function nameOf(written: string): string | undefined {
  if (!written.startsWith('"')) return written === "" ? undefined : written;
  try {
    const name: unknown = JSON.parse(written);
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}
