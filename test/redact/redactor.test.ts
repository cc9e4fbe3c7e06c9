import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AutomatonBuilder } from "../../src/redact/automaton-builder.ts";
import { Redactor } from "../../src/redact/redactor.ts";

const marker = (secret: number): string => `<${secret}>`;

function redactor(patterns: readonly string[]): Redactor {
  const builder = new AutomatonBuilder();
  patterns.forEach((pattern, secret) => {
    builder.add({ stem: pattern, endings: [""] }, secret);
  });
  return new Redactor(
    builder.build(),
    patterns.map((_, secret) => Buffer.from(marker(secret))),
  );
}

/** Redacts a text that comes in parts. */
function redact(patterns: readonly string[], parts: readonly string[]): string {
  const one = redactor(patterns);
  const out = parts.map((part) => Buffer.from(one.push(Buffer.from(part))).toString("latin1"));
  return out.join("") + Buffer.from(one.end()).toString("latin1");
}

/** The same by definition: every match of every pattern, the leftmost and longest first. */
function reference(patterns: readonly string[], text: string): string {
  const matches = patterns.flatMap((pattern, secret) =>
    [...Array(text.length).keys()]
      .filter((start) => text.startsWith(pattern, start))
      .map((start) => ({
        start,
        end: start + pattern.length,
        secret: patterns.indexOf(pattern),
        own: secret,
      })),
  );
  matches.sort((a, b) => a.start - b.start || b.end - a.end);
  let out = "";
  let done = 0;
  let last: number | undefined;
  for (const { start, end, secret } of matches) {
    if (end <= done) continue;
    if (start >= done) out += text.slice(done, start) + marker(secret);
    else if (secret !== last) out += marker(secret);
    done = end;
    last = secret;
  }
  return out + text.slice(done);
}

/** Cuts a text at some places. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return at.slice(1).map((end, index) => text.slice(at[index], end));
}

/** Few letters, so that patterns overlap, hold one another and repeat themselves. */
const letters = (options: { minLength: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom("a", "b", "\0"), ...options });
const patternSets = fc.array(letters({ minLength: 4, maxLength: 9 }), { maxLength: 8 });
const texts = fc
  .tuple(patternSets, fc.array(letters({ minLength: 0, maxLength: 7 })), fc.array(fc.nat()))
  .chain(([patterns, filling, order]) =>
    fc.tuple(
      fc.constant(patterns),
      fc.constant(
        filling.map(
          (text, index) => text + (patterns[(order[index] ?? index) % (patterns.length || 1)] ?? ""),
        ),
      ),
      fc.array(fc.nat(), { maxLength: 6 }),
    ),
  )
  .map(([patterns, parts, places]) => ({ patterns, text: parts.join(""), places }));

describe("for any patterns, text and cuts", () => {
  test("the output is that of the definition, however the text is cut", () => {
    fc.assert(
      fc.property(texts, ({ patterns, text, places }) => {
        const expected = reference(patterns, text);
        expect(redact(patterns, cut(text, places))).toBe(expected);
        expect(redact(patterns, [...text])).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test("what is held back is the longest beginning of a pattern, or a match that may yet be longer", () => {
    fc.assert(
      fc.property(texts, ({ patterns, text }) => {
        const one = redactor(patterns);
        let seen = "";
        let out = 0;
        for (const byte of text) {
          seen += byte;
          one.push(Buffer.from(byte));
          const longest = Math.max(
            0,
            ...patterns.flatMap((pattern) =>
              [...Array(pattern.length).keys()].filter((length) => seen.endsWith(pattern.slice(0, length))),
            ),
          );
          expect(one.held).toBeLessThanOrEqual(longest);
          out++;
        }
        expect(out).toBe(text.length);
        one.end();
        expect(one.held).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});

test("a text without a match passes as it is, without being copied", () => {
  const chunk = Buffer.from("nothing to be found here. ");
  const out = redactor(["hunter2"]).push(chunk);
  expect(Buffer.from(out)).toEqual(chunk);
  expect(out.buffer).toBe(chunk.buffer);
});

test("any bytes pass as they are", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
      const one = redactor(["a pattern that random bytes do not hold"]);
      // What comes out is good until the next part goes in.
      const out = chunks.map((chunk) => Buffer.from(one.push(chunk)));
      expect(Buffer.concat([...out, one.end()])).toEqual(Buffer.concat(chunks));
    }),
  );
});

describe("a byte leaves at once", () => {
  const step = (one: Redactor, text: string): string => Buffer.from(one.push(Buffer.from(text))).toString();

  test("when no pattern begins with it, and when one that began fails", () => {
    const one = redactor(["hunter2"]);
    expect(step(one, "x")).toBe("x");
    expect(step(one, "hunt")).toBe("");
    expect(one.held).toBe(4);
    expect(step(one, "!")).toBe("hunt!");
  });

  test("and a marker when its match can be no longer", () => {
    expect(step(redactor(["hunter2"]), "hunter2")).toBe("<0>");
    const one = redactor(["hunter2", "hunter2hunter3"]);
    expect(step(one, "hunter2")).toBe("");
    expect(step(one, "!")).toBe("<0>!");
  });

  test("and all at the end of the stream", () => {
    const one = redactor(["hunter2", "hunter23"]);
    step(one, "hunter2");
    expect(Buffer.from(one.end()).toString()).toBe("<0>");
  });
});

describe("at a pause", () => {
  test("a short beginning is shown, and the rest is covered when the match comes true", () => {
    const one = redactor(["hunter22"]);
    const step = (text: string): string => Buffer.from(one.push(Buffer.from(text))).toString();
    expect(step("> h")).toBe("> ");
    expect(Buffer.from(one.pause()).toString()).toBe("h");
    expect(step("unter22")).toBe("<0>");
  });

  test("never more than a quarter of a pattern, nor three bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", minLength: 4, maxLength: 40 }), (secret) => {
        const one = redactor([secret]);
        let out = "";
        for (const byte of secret) {
          out += Buffer.from(one.push(Buffer.from(byte))).toString();
          out += Buffer.from(one.pause()).toString();
        }
        out += Buffer.from(one.end()).toString();
        expect(out.endsWith("<0>")).toBe(true);
        expect(out.length - 3).toBeLessThanOrEqual(Math.min(3, secret.length / 4));
      }),
    );
  });
});

test("many patterns with one beginning, and one pattern that holds all others, are found", () => {
  const patterns = [...Array(3000).keys()].map((number) => `same beginning ${number}.`);
  const text = patterns.join(" ");
  expect(redact([...patterns, text], [text])).toBe("<3000>");
  expect(redact(patterns, cut(text, [7, 77, 777]))).toBe(
    patterns.map((_, secret) => marker(secret)).join(" "),
  );
});

test("patterns of more characters than memory should hold are refused", () => {
  const builder = new AutomatonBuilder();
  const pattern = { stem: "a".repeat(1 << 26), endings: [""] };
  builder.add(pattern, 0);
  builder.add(pattern, 1);
  expect(() => builder.add(pattern, 2)).toThrow(
    expect.objectContaining({
      code: "environment",
      message: expect.stringContaining("too many or too long"),
    }),
  );
});
