import fc from "fast-check";
import type { Pattern } from "../../src/redact/base-encodings.ts";
import { patternsOf } from "../../src/redact/patterns.ts";
import { type Redaction, redactionOf } from "../../src/redact/redaction.ts";
import { fixtureBytes } from "../support/fixtures.ts";
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
      kind: fc.constantFrom("whole", "whole", "whole", "begin", "end", "double", "flip" as const),
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
    const patterns = secrets.map(patternsOf);
    const text = Buffer.concat(parts.map((each) => bytesOf(each, patterns)));
    return { secrets, patterns: patterns.flat(), text: mutate(text, changes, VALID), cuts };
  });

function bytesOf(from: Part, patterns: readonly Pattern[][]): Uint8Array {
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
  const left = uncovered(text, patterns);
  ensure(
    whole.toString("latin1").replace(MARKER, "") === left.toString("latin1"),
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

/** The bytes that are part of no pattern, by looking for one pattern after the other. */
function uncovered(text: Buffer, patterns: readonly Pattern[]): Buffer {
  const covered = new Uint8Array(text.length);
  for (const { stem, endings } of patterns) {
    const bytes = Buffer.from(stem);
    const tails = endings.map((ending) => Buffer.from(ending));
    for (let at = text.indexOf(bytes); at !== -1; at = text.indexOf(bytes, at + 1)) {
      const end = at + bytes.length;
      const lengths = tails.map((tail) =>
        tail.equals(text.subarray(end, end + tail.length)) ? tail.length : 0,
      );
      covered.fill(1, at, end + Math.max(...lengths));
    }
  }
  return text.filter((_, at) => covered[at] === 0) as Buffer;
}
