import { randomBytes } from "node:crypto";
import { bufferOf } from "../common/buffer-of.ts";
import { type Automata, AutomatonBuilder } from "./automaton-builder.ts";
import { isCommonValue } from "./common-values.ts";
import type { Range } from "./gaps.ts";
import { MatchFinder } from "./match-finder.ts";
import type { Match } from "./matches.ts";
import { isLongEnough, patternsOf } from "./patterns.ts";
import { Redactor } from "./redactor.ts";

/** Finds secrets in bytes, in every form in which they are redacted. */
export interface Finder<Label> {
  /** A search of one stream. */
  search(): Search<Label>;
  /** Where secrets are in some bytes, from the first on. Of places that overlap, one that is within another is left out. */
  places(bytes: Uint8Array): Place<Label>[];
  /**
   * What of some bytes is redacted, as it is there: a value in base64 in several lines has its line ends.
   * @returns copies, in their order; what overlaps is one
   */
  matched(bytes: Uint8Array): readonly Uint8Array[];
  /** What is not searched: too short, or a common word, which every repository has. */
  readonly left: readonly Label[];
}

/** A search of one stream of bytes. */
export interface Search<Label> {
  push(chunk: Uint8Array): void;
  /** Ends the stream. @returns the labels of the secrets that were in it, each once */
  end(): ReadonlySet<Label>;
}

/** Where a secret is: the offsets of its first byte and of the one after its last. */
export interface Place<Label> {
  readonly label: Label;
  readonly start: number;
  readonly end: number;
}

/** Digits of a secret's number in its marker. */
const DIGITS = 8;

/**
 * Prepares a search. The redactor does it: what it would replace is found.
 *
 * @param secrets the label and the value of each
 * @param patterns what is searched of a value; by default also its parts, such as the password in a URL
 * @throws PprotectError `environment` when they are too many or too long
 */
export function finderOf<Label>(
  secrets: Iterable<readonly [label: Label, value: string]>,
  patterns = patternsOf,
): Finder<Label> {
  const builder = new AutomatonBuilder();
  const labels: Label[] = [];
  const left: Label[] = [];
  for (const [label, value] of secrets) {
    if (!isLongEnough(value) || isCommonValue(value)) {
      left.push(label);
      continue;
    }
    builder.add(patterns(value), labels.length);
    labels.push(label);
  }
  const automata = builder.build();
  // Nothing that is searched can have it by chance.
  const mark = randomBytes(16);
  const markers = labels.map((_, index) =>
    Buffer.concat([mark, Buffer.from(String(index).padStart(DIGITS, "0"))]),
  );
  return {
    left,
    places: (bytes) =>
      matchesIn(automata, bytes)
        .filter(({ continued }) => !continued)
        .map(({ start, end, secret }) => ({ label: labels[secret] as Label, start, end })),
    matched: (bytes) => joined(matchesIn(automata, bytes)).map(({ start, end }) => bytes.slice(start, end)),
    search() {
      const redactor = new Redactor(automata, markers);
      const found = new Set<Label>();
      const read = (output: Uint8Array): void => {
        const bytes = bufferOf(output);
        for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + mark.length)) {
          const number = bytes.toString("latin1", at + mark.length, at + mark.length + DIGITS);
          found.add(labels[Number(number)] as Label);
        }
      };
      return {
        push: (chunk) => read(redactor.push(chunk)),
        end() {
          read(redactor.end());
          return found;
        },
      };
    },
  };
}

function matchesIn(automata: Automata, bytes: Uint8Array): readonly Match[] {
  const finder = new MatchFinder(automata);
  finder.search(bytes);
  return finder.matches.take(Number.POSITIVE_INFINITY);
}

/** The ranges of matches, with the escape sequences inside: a piece between two of them may be a single letter. */
function joined(matches: readonly Match[]): readonly Range[] {
  const ranges: Range[] = [];
  for (const { start, end, continued } of matches) {
    const last = ranges.at(-1);
    if (last && (continued || start < last.end)) {
      ranges[ranges.length - 1] = { start: last.start, end: Math.max(end, last.end) };
    } else ranges.push({ start, end });
  }
  return ranges;
}
