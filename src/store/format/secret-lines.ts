import { type Hunk, lineStart } from "../../common/hunk.ts";
import { type Domain, SECRET_PREFIX, type StoreData } from "../store-data.ts";
import { sealedValueProblem } from "./sealed-value.ts";

/** The lines of a text that have the secrets of a domain, one each and in order. */
interface Section {
  readonly domain: string;
  /** How many lines are before them. */
  readonly start: number;
  readonly end: number;
}

/**
 * Which lines of a store's canonical text have the secrets of which domain.
 *
 * @param lines of the text before the entries of the log
 * @returns `undefined` where something takes several lines, such as a long name
 */
export function secretLines({ domains, custodians }: StoreData, lines: number): Section[] | undefined {
  const sections: Section[] = [];
  let line = 0;
  for (const [domain, { secrets, owners }] of domains) {
    const start = line + 1;
    const end = start + secrets.size;
    sections.push({ domain, start, end });
    // What describes the domain: its heading, the public key, the heading of the owners.
    line = end + 3 + owners.size;
  }
  // The two headings, and two lines of each custodian. Nothing takes fewer lines than are counted here.
  return line + 2 + 2 * custodians.size === lines ? sections : undefined;
}

const LINE_START = Buffer.from(`  ${SECRET_PREFIX}`);
const SEPARATOR = Buffer.from(": ");

/**
 * A store with other values of some secrets, where these are all that differs in its text.
 *
 * @param sections of the store
 * @param head the text before the entries of the log
 * @param hunks the changes to `head`
 * @param added the lines that they add
 * @returns `undefined` where something else is changed, or a value is not sealed
 */
export function withValues(
  store: StoreData,
  sections: readonly Section[],
  head: Buffer,
  hunks: readonly Hunk[],
  added: Buffer,
): StoreData | undefined {
  const changed = new Map<string, Map<string, string>>();
  let from = 0;
  for (const { at, removed, added: count } of hunks) {
    const section = sections.find(({ start, end }) => start <= at && at + removed <= end);
    const domain = section && store.domains.get(section.domain);
    if (!domain || removed !== count) return undefined;
    const secrets = changed.get(section.domain) ?? new Map(domain.secrets);
    changed.set(section.domain, secrets);
    let start = lineStart(head, at);
    for (let left = removed; left > 0; left--) {
      const [end, to] = [lineStart(head, 1, start), lineStart(added, 1, from)];
      if (end === -1 || to === -1) return undefined;
      if (!setValue(secrets, domain, head.subarray(start, end - 1), added.subarray(from, to - 1)))
        return undefined;
      [start, from] = [end, to];
    }
  }
  const domains = new Map(store.domains);
  for (const [name, secrets] of changed) {
    const domain = domains.get(name);
    if (domain) domains.set(name, { ...domain, secrets });
  }
  return { ...store, domains };
}

/** @returns whether both lines are of the same secret, and the new value is sealed */
function setValue(secrets: Map<string, string>, domain: Domain, before: Buffer, line: Buffer): boolean {
  const nameEnd = before.indexOf(SEPARATOR);
  const valueStart = nameEnd + SEPARATOR.length;
  if (nameEnd === -1 || !before.subarray(0, LINE_START.length).equals(LINE_START)) return false;
  if (!line.subarray(0, valueStart).equals(before.subarray(0, valueStart))) return false;
  const name = before.toString("utf8", LINE_START.length, nameEnd);
  if (domain.secrets.get(name) !== before.toString("latin1", valueStart)) return false;
  const sealed = line.toString("latin1", valueStart);
  if (sealedValueProblem(sealed) !== undefined) return false;
  secrets.set(name, sealed);
  return true;
}
