import { displayName } from "../../common/terminal-safe.ts";
import { type Finder, finderOf } from "../../redact/finder.ts";
import { allowedRules } from "../../scan/allow-marker.ts";
import type { Finding } from "../../scan/finding.ts";
import { addedLinesOf, type TextLines } from "../../scan/scan-text.ts";
import { revealingParts } from "../../scan/secret-value.ts";

export const OWN_SECRET_RULE = "own-secret";

/** A secret of a store whose value is at hand. */
export interface OwnSecret {
  /** The path of its store, for messages. */
  readonly store: string;
  readonly domain: string;
  readonly name: string;
  readonly value: string;
}

/** As many places of one secret are looked for in one file. */
const MOST_PLACES = 100;

const LINE_END = 10;

/** Searches text for values of the store's own secrets, in every encoding that is redacted. */
export class OwnSecrets {
  readonly #finder: Finder<OwnSecret>;

  /** @param secrets those whose values are words, short, or like a piece of any text are left out */
  constructor(secrets: readonly OwnSecret[]) {
    const parts = secrets.flatMap((secret) =>
      revealingParts(secret.value).map((part) => [part, secret] as const),
    );
    // Of two secrets with the same value, the last one is named.
    this.#finder = finderOf([...new Map(parts)].map(([part, secret]) => [secret, part]));
  }

  /** The places in added lines that have the value of a secret. */
  findings(path: string, lines: TextLines): Finding[] {
    const found = this.#search(lines.bytes);
    if (found.size === 0) return [];
    const added = addedLinesOf(lines);
    const starts = [0, ...added.map(() => 0)];
    for (let index = 1, at = 0; index < starts.length; index++) {
      const end = lines.bytes.indexOf(LINE_END, at);
      at = end === -1 ? lines.bytes.length : end + 1;
      starts[index] = at;
    }
    const has = (secret: OwnSecret, from: number, to: number): boolean =>
      this.#search(lines.bytes.subarray(starts[from], starts[to])).has(secret);
    return [...found].flatMap((secret) => {
      const places = placesOf(added.length, (from, to) => has(secret, from, to));
      const stays = places.filter((at) => allowedRules(added[at]?.text ?? "", RULES) === undefined);
      // A key of many lines is one finding.
      const firsts = stays.filter((at) => !stays.includes(at - 1));
      return firsts.map((at) => findingOf(path, added[at]?.number ?? 1, secret));
    });
  }

  #search(bytes: Uint8Array): ReadonlySet<OwnSecret> {
    const search = this.#finder.search();
    search.push(bytes);
    return search.end();
  }
}

const RULES: ReadonlySet<string> = new Set([OWN_SECRET_RULE]);

/**
 * The lines in which something begins that is known only to be in a range of lines.
 *
 * @param has whether it is in the lines from one up to, and without, another
 */
function placesOf(count: number, has: (from: number, to: number) => boolean): number[] {
  const places: number[] = [];
  let from = 0;
  for (let left = MOST_PLACES; left > 0 && has(from, count); left--) {
    const last = firstThat(from + 1, count, (to) => has(from, to));
    // The last line from which on it still is there whole.
    const place = firstThat(from + 1, last, (start) => !has(start, last)) - 1;
    places.push(place);
    from = last;
  }
  return places;
}

/** The first number of a range for which something is true that stays true; the end of the range if there is none before. */
function firstThat(from: number, to: number, isTrue: (at: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function findingOf(path: string, line: number, { store, domain, name }: OwnSecret): Finding {
  const secret = displayName(`${domain}/${name}`);
  const message =
    `has the value of ${secret} of ${displayName(store)}: keep it in the store only, and if it was ever shared give the ` +
    "secret another value with `pprotect rotate`, or add `pprotect:allow` to the line if anyone may know it";
  return { path, line, rule: OWN_SECRET_RULE, message };
}
