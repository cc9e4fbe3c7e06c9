import { displayName } from "../../common/terminal-safe.ts";
import { type Finder, finderOf, type Place } from "../../redact/finder.ts";
import { patternsOfText } from "../../redact/patterns.ts";
import { allowedRules } from "../../scan/allow-marker.ts";
import type { Finding } from "../../scan/finding.ts";
import { lineFingerprint } from "../../scan/fingerprint.ts";
import { lineNumber, type TextLines } from "../../scan/scan-text.ts";
import { ruleIds } from "../../scan/scanner.ts";
import { revealingParts } from "../../scan/secret-value.ts";

export const OWN_SECRET_RULE = "own-secret";

/** A secret of a store whose value is known. */
export interface OwnSecret {
  /** The path of its store, for messages. */
  readonly store: string;
  readonly domain: string;
  readonly name: string;
  readonly value: string;
}

/** What is searched of a secret: its value, or a part of that. */
interface Part {
  readonly secret: OwnSecret;
  readonly text: string;
}

/** A place that has the value of a secret. */
export interface OwnSecretHit {
  readonly finding: Finding;
  /** The same for a text that a parent commit has already: it is nothing new, and no reason to stop. */
  readonly known: Finding;
  /** Whether `pprotect:allow` is in its line. */
  readonly isAllowed: boolean;
  /** The bytes that were found. They are as secret as the value. */
  readonly bytes: Uint8Array;
}

/** As many places are reported of one file. */
const MOST_PLACES = 100;

/** Longer parts of values are not searched: anyone can seal a value, and the patterns take memory. */
const LONGEST_PART = 20_000;
/** Of all parts together, the shorter ones first. Half of what the redactor takes. */
const MOST_CHARACTERS = 400_000;

const LINE_FEED = 10;

/** Searches text for values of the store's own secrets, in every encoding that is redacted. */
export class OwnSecrets {
  readonly #finder: Finder<Part>;

  /** @param secrets those whose values are words, short, or like a piece of any text are left out */
  constructor(secrets: readonly OwnSecret[]) {
    const parts = new Map<string, Part>();
    for (const secret of secrets) {
      // Of two secrets with the same value, the first one is named.
      for (const text of revealingParts(secret.value))
        if (!parts.has(text)) parts.set(text, { secret, text });
    }
    this.#finder = finderOf(
      shortest([...parts.values()]).map((part) => [part, part.text]),
      patternsOfText,
    );
  }

  /** The places in added lines that have the value of a secret. */
  inLines(path: string, { bytes, runs }: TextLines): OwnSecretHit[] {
    const hits: OwnSecretHit[] = [];
    const lines = new Lines(bytes);
    const runsOf = new Map<OwnSecret, Run>();
    for (const place of this.#finder.places(bytes)) {
      const { label: part, start, end } = place;
      const first = lines.at(start);
      const last = first.index + feedsIn(bytes, start, end);
      const run = runsOf.get(part.secret);
      // A key of many lines is one finding.
      if (run && first.index <= run.last + 1 && !run.parts.has(part)) {
        runsOf.set(part.secret, { last, parts: run.parts.add(part) });
        continue;
      }
      if (run?.last === first.index) continue;
      runsOf.set(part.secret, { last, parts: new Set([part]) });
      const text = textOf(bytes, first.start, first.end);
      const allowed = allowedRules(text, KNOWN_RULES);
      const isAllowed = allowed === "all" || (allowed?.has(OWN_SECRET_RULE) ?? false);
      const range = {
        start: charactersIn(bytes, first.start, start),
        end: charactersIn(bytes, first.start, end),
      };
      const fingerprint = end <= first.end ? { fingerprint: lineFingerprint(text, [range]) } : {};
      hits.push({ ...hitOf(path, lineNumber(runs, first.index), place, bytes, fingerprint), isAllowed });
      if (hits.length === MOST_PLACES) break;
    }
    return hits;
  }

  /** The secrets whose values are in a file that is not text, each once. */
  inBinary(path: string, bytes: Uint8Array): OwnSecretHit[] {
    const bySecret = new Map<OwnSecret, Place<Part>>();
    for (const place of this.#finder.places(bytes)) {
      if (!bySecret.has(place.label.secret)) bySecret.set(place.label.secret, place);
    }
    return [...bySecret.values()].slice(0, MOST_PLACES).map((place) => hitOf(path, 1, place, bytes, {}));
  }
}

/** Parts of one secret in lines that follow each other. */
interface Run {
  /** The index of the line in which the last of them ends. */
  readonly last: number;
  readonly parts: Set<Part>;
}

/** As many parts as fit, the shorter ones first. */
function shortest(parts: readonly Part[]): readonly Part[] {
  const sorted = parts
    .filter(({ text }) => text.length <= LONGEST_PART)
    .sort((a, b) => a.text.length - b.text.length);
  let left = MOST_CHARACTERS;
  const count = sorted.findIndex(({ text }) => {
    left -= text.length;
    return left < 0;
  });
  return count === -1 ? sorted : sorted.slice(0, count);
}

const KNOWN_RULES: ReadonlySet<string> = new Set([...ruleIds, OWN_SECRET_RULE]);

/** Finds the lines that offsets are in. Offsets are asked for in order. */
class Lines {
  readonly #bytes: Uint8Array;
  #index = 0;
  #start = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  at(offset: number): { readonly index: number; readonly start: number; readonly end: number } {
    let end = this.#end();
    while (end < offset) {
      this.#index++;
      this.#start = end + 1;
      end = this.#end();
    }
    return { index: this.#index, start: this.#start, end };
  }

  #end(): number {
    const feed = this.#bytes.indexOf(LINE_FEED, this.#start);
    return feed === -1 ? this.#bytes.length : feed;
  }
}

function feedsIn(bytes: Uint8Array, start: number, end: number): number {
  return bytes.subarray(start, end).filter((byte) => byte === LINE_FEED).length;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}

function charactersIn(bytes: Uint8Array, start: number, end: number): number {
  return textOf(bytes, start, end).length;
}

function hitOf(
  path: string,
  line: number,
  { label: { secret }, start, end }: Place<Part>,
  bytes: Uint8Array,
  fingerprint: Pick<Finding, "fingerprint">,
): OwnSecretHit {
  const { store, domain, name } = secret;
  const value = `has the value of ${displayName(`${domain}/${name}`)} of ${displayName(store)}`;
  const rotate = "give the secret another value with `pprotect rotate`";
  const at = { path, line, rule: OWN_SECRET_RULE, ...fingerprint };
  return {
    finding: {
      ...at,
      message:
        `${value}: keep it in the store only, and if it was ever shared ${rotate}, or add \`pprotect:allow\` to the line ` +
        "if anyone may know it",
    },
    known: {
      ...at,
      message: `${value}, which the parent commit has in plain text too: ${rotate}, unless anyone may know it`,
    },
    isAllowed: false,
    bytes: bytes.slice(start, end),
  };
}
