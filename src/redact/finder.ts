import { randomBytes } from "node:crypto";
import { AutomatonBuilder } from "./automaton-builder.ts";
import { isCommonValue } from "./common-values.ts";
import { isLongEnough, patternsOf } from "./patterns.ts";
import { Redactor } from "./redactor.ts";

/** Finds secrets in bytes, in every form in which they are redacted. */
export interface Finder<Label> {
  /** A search of one stream. */
  search(): Search<Label>;
  /** What is not searched: too short, or a common word, which every repository has. */
  readonly left: readonly Label[];
}

/** A search of one stream of bytes. */
export interface Search<Label> {
  push(chunk: Uint8Array): void;
  /** Ends the stream. @returns the labels of the secrets that were in it, each once */
  end(): ReadonlySet<Label>;
}

/** Digits of a secret's number in its marker. */
const DIGITS = 8;

/**
 * Prepares a search. The redactor does it: what it would replace is found.
 *
 * @param secrets the label and the value of each
 * @throws PprotectError `environment` when they are too many or too long
 */
export function finderOf<Label>(secrets: Iterable<readonly [label: Label, value: string]>): Finder<Label> {
  const builder = new AutomatonBuilder();
  const labels: Label[] = [];
  const left: Label[] = [];
  for (const [label, value] of secrets) {
    if (!isLongEnough(value) || isCommonValue(value)) {
      left.push(label);
      continue;
    }
    builder.add(patternsOf(value), labels.length);
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
    search() {
      const redactor = new Redactor(automata, markers);
      const found = new Set<Label>();
      const read = (output: Uint8Array): void => {
        const bytes = Buffer.from(output.buffer, output.byteOffset, output.length);
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
