import fc from "fast-check";
import type { Automata } from "../../src/redact/automaton-builder.ts";
import type { Pattern } from "../../src/redact/pattern.ts";
import { patternsOf } from "../../src/redact/patterns.ts";
import { type Redaction, redactionOf } from "../../src/redact/redaction.ts";
import { fixtureBytes } from "../support/fixtures.ts";
import { uncovered } from "../support/slow-redactor.ts";
import { draw, ensure } from "./laws.ts";
import { edits, mutate } from "./mutations.ts";

/** What stands for a secret; none of the texts have it, and no secret has its brackets. */
const MARKER = /\[REDACTED:s\d\]/g;
const MARKER_TEXT = "[REDACTED:s0]";

const secret = fc
  .oneof(
    fc.string({ unit: "grapheme-ascii", minLength: 4, maxLength: 60 }),
    fc.string({ unit: "grapheme", minLength: 4, maxLength: 30 }),
    fc.string({ unit: fc.constantFrom("a", "b"), minLength: 4, maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(..."aZ09'\"\\$`&<>/%+= é🎲\n\t~#!*"), minLength: 4, maxLength: 40 }),
    fc.uint8Array({ minLength: 4, maxLength: 150 }).map((bytes) => Buffer.from(bytes).toString("base64")),
    fc
      .array(fc.uint8Array({ minLength: 20, maxLength: 48 }), { minLength: 2, maxLength: 5 })
      .map((lines) => lines.map((line) => Buffer.from(line).toString("base64")).join("\n")),
  )
  .map((text) => text.trim().replace(/[[\]]/g, "x"))
  .filter((text) => [...text].length >= 4);

const fraction = fc.nat(2 ** 20 - 1).map((part) => part / 2 ** 20);
const VALID = fixtureBytes("valid.yaml");

/** A part of a text: what a secret looks like somewhere, damaged or not, and what stands around it. */
const part = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "whole",
        "whole",
        "begin",
        "end",
        "double",
        "flip",
        "colour",
        "lines",
        "lines" as const,
      ),
      secret: fraction,
      pattern: fraction,
      ending: fraction,
      at: fraction,
    }),
    weight: 4,
  },
  fc.uint8Array({ maxLength: 30 }),
  fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 500 }).map((text) => Buffer.from(text)),
  fraction.map((at) => VALID.subarray(Math.floor(at * VALID.length)).subarray(0, 400)),
  fc
    .nat(99_999)
    .map((number) =>
      Buffer.from(`2026-11-23T14:02:07Z INFO id=${number} path=/v1/users?q=a%20b "user \\u00e9"\n`),
    ),
);
type Part = typeof part extends fc.Arbitrary<infer Value> ? Value : never;

const mutant = fc
  .record({
    secrets: fc.array(secret, { minLength: 1, maxLength: 4 }),
    parts: fc.array(part, { minLength: 1, maxLength: 30, size: "max" }),
    changes: fc.option(edits, { nil: [] }),
    cuts: fc.array(fraction, { maxLength: 12 }),
  })
  .map(({ secrets, parts, changes, cuts }) => {
    const patterns = secrets.map((value) =>
      patternsOf(value).flatMap(({ kind, source }) =>
        Array.from(source.patterns(), (pattern) => ({ ...pattern, kind })),
      ),
    );
    const text = Buffer.concat(parts.map((each) => bytesOf(each, patterns)));
    return { secrets, patterns: patterns.flat(), text: mutate(text, changes, VALID), cuts };
  });

interface KnownPattern extends Pattern {
  readonly kind: keyof Automata;
}

const ESCAPES = ["\x1b[m", "\x1b[01;31m\x1b[K", "\x1b]8;;http://host/\x1b\\", "\x1b"];
const LINE_ENDS = ["\n", "\r\n", "\n    ", "\r\n\t"];

function bytesOf(from: Part, patterns: readonly KnownPattern[][]): Uint8Array {
  if (from instanceof Uint8Array) return from;
  const pick = <T>(all: readonly T[], at: number): T => all[Math.floor(at * all.length)] as T;
  const { stem, endings } = pick(pick(patterns, from.secret), from.pattern);
  const whole = Buffer.from(stem + pick(endings, from.ending));
  const at = Math.floor(from.at * whole.length);
  switch (from.kind) {
    case "begin":
      return whole.subarray(0, at);
    case "end":
      return whole.subarray(at);
    case "double":
      return Buffer.concat([whole.subarray(0, at), whole]);
    case "flip":
      return whole.map((byte, index) => (index === at ? byte ^ (1 << (from.at * 8)) : byte));
    case "colour":
      return Buffer.concat([
        whole.subarray(0, at),
        Buffer.from(pick(ESCAPES, from.ending)),
        whole.subarray(at),
      ]);
    case "lines": {
      const width = 1 + Math.floor(from.at * 80);
      const line = whole
        .toString("latin1")
        .replace(new RegExp(`.{${width}}`, "gs"), `$&${pick(LINE_ENDS, from.ending)}`);
      return Buffer.from(line, "latin1");
    }
    default:
      return whole;
  }
}

/**
 * Whatever comes, in whatever pieces: no form of a secret is left, and every byte that is part of none goes through.
 * @returns a word for what became of it, to be counted
 */
export function redactor(seed: number): string {
  const { secrets, patterns, text, cuts } = draw(mutant, seed);
  const redaction = redactionOf(secrets.map((value, index) => [`s${index}`, value]));
  const whole = redact(redaction, [text]);
  const at = [0, ...cuts.map((cut) => Math.floor(cut * text.length)).sort((a, b) => a - b), text.length];
  const pieces = at.slice(1).map((end, index) => text.subarray(at[index], end));
  ensure(whole.equals(redact(redaction, pieces)), "the output does not depend on how the text is cut");
  for (const { stem } of patterns) {
    ensure(MARKER_TEXT.includes(stem) || !whole.includes(stem), "no form of a secret is left");
  }
  const left = uncovered(patterns.flatMap(textsOf), text.toString("latin1"));
  ensure(
    whole.toString("latin1").replace(MARKER, "") === left,
    "what is no form of a secret goes through, byte for byte",
  );
  return left.length < text.length ? "redacted" : "untouched";
}

function redact(redaction: Redaction, pieces: readonly Uint8Array[]): Buffer {
  const one = redaction.redactor();
  // What comes out is good until the next part goes in.
  const out = pieces.map((piece) => Buffer.from(one.push(piece)));
  return Buffer.concat([...out, one.end()]);
}

function textsOf({ kind, stem, endings }: KnownPattern) {
  return endings.map((ending) => ({ kind, text: Buffer.from(stem + ending).toString("latin1"), secret: 0 }));
}
