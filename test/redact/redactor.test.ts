import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Automata, AutomatonBuilder } from "../../src/redact/automaton-builder.ts";
import { pattern } from "../../src/redact/pattern.ts";
import { Redactor } from "../../src/redact/redactor.ts";
import { fixedPatterns, slowlyRedacted } from "../support/slow-redactor.ts";

const marker = (secret: number): string => `<${secret}>`;

/** @param digits further patterns, which may be broken into lines */
function redactor(patterns: readonly string[], digits: readonly string[] = []): Redactor {
  const builder = new AutomatonBuilder();
  const all = searched(patterns, digits);
  for (const { kind, text, secret } of all) {
    builder.add([{ kind, source: fixedPatterns([pattern(text)]), characters: text.length }], secret);
  }
  return new Redactor(
    builder.build(),
    all.map((_, secret) => Buffer.from(marker(secret))),
  );
}

function searched(patterns: readonly string[], digits: readonly string[] = []) {
  return [...patterns, ...digits].map((text, secret) => ({
    kind: (secret < patterns.length ? "text" : "digits") as keyof Automata,
    text,
    secret,
  }));
}

/** Redacts a text that comes in parts. */
function redact(
  patterns: readonly string[],
  parts: readonly string[],
  digits: readonly string[] = [],
): string {
  const one = redactor(patterns, digits);
  const out = parts.map((part) => Buffer.from(one.push(Buffer.from(part, "latin1"))).toString("latin1"));
  return out.join("") + Buffer.from(one.end()).toString("latin1");
}

/** The same by definition. */
function reference(patterns: readonly string[], text: string, digits: readonly string[] = []): string {
  return slowlyRedacted(searched(patterns, digits), text, marker);
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

/** Texts with escape sequences and line breaks, whole and damaged, in and around patterns of few letters. */
const gaps = fc.oneof(
  fc.constantFrom(
    "\x1b[m",
    "\x1b[01;31m\x1b[K",
    "\x1b]8;;ab\x1b\\",
    "\x1b]0;ab\x07",
    "\x1b(B",
    "\x1b7",
    "\x1b[31",
    "\x1b",
    "\x1b]ab",
  ),
  fc.constantFrom("\n", "\r\n", "\n  ", "\r\n\t", "\n\n", "\r", " ", "\n\x1b[m  "),
  fc.constantFrom(
    "\\n",
    "\\r\\n",
    "\\n  ",
    "\\\\n",
    "\\",
    "\\\n",
    "\\ ",
    "\\a",
    '\\"',
    "\\\x1b[mn",
    "\\\\\\r",
  ),
);
const dense = fc.string({
  unit: fc.constantFrom("a", "b", "\x1b", "[", "m", "\n"),
  minLength: 4,
  maxLength: 9,
});
const digitSets = fc
  .array(letters({ minLength: 4, maxLength: 9 }), { maxLength: 5 })
  .chain((all) => fc.constantFrom("b", "n", "r").map((letter) => ({ all, letter })))
  .map(({ all, letter }) => all.map((each) => each.replaceAll("\0", "+").replaceAll("b", letter)));
const brokenTexts = fc
  .tuple(
    fc.array(fc.oneof(letters({ minLength: 4, maxLength: 9 }), dense), { maxLength: 5 }),
    digitSets,
    fc.array(
      fc.record({
        filling: fc.oneof(fc.string({ unit: fc.constantFrom("a", "b", "+", " "), maxLength: 6 }), gaps),
        pattern: fc.nat(),
        cuts: fc.array(fc.tuple(fc.nat(9), gaps), { maxLength: 4 }),
        wide: fc.boolean(),
      }),
      { maxLength: 8 },
    ),
    fc.array(fc.nat(), { maxLength: 6 }),
  )
  .map(([patterns, digits, parts, places]) => {
    const all = [...patterns, ...digits];
    const text = parts
      .map(({ filling, pattern: which, cuts, wide }) => {
        let word = all[which % (all.length || 1)] ?? "";
        for (const [at, gap] of cuts) word = word.slice(0, at) + gap + word.slice(at);
        return filling + (wide ? "0123456789ABCDEF" : "") + word;
      })
      .join("");
    return { patterns, digits, text, places };
  });

describe("with escape sequences and line breaks anywhere", () => {
  test("the output is that of the definition, however the text is cut", () => {
    fc.assert(
      fc.property(brokenTexts, ({ patterns, digits, text, places }) => {
        const expected = reference(patterns, text, digits);
        expect(redact(patterns, cut(text, places), digits)).toBe(expected);
        expect(redact(patterns, [...text], digits)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test("the longest gap is 4095 bytes, of either kind", () => {
    const sequence = (length: number): string => `\x1b]${"x".repeat(length - 3)}\x07`;
    const places = [1, 5, 1000, 4000];
    for (const length of [4094, 4095, 4096, 4097, 8192]) {
      const texts = [
        `abab${sequence(length)}abab`,
        `abab${"\x1b[m".repeat(length / 3)}${"\x1b7".repeat((length % 3) / 2)}abab`,
        `abab${"\x1b]".padEnd(length, "y")}abab`,
        `+b+b\n${" ".repeat(length - 1)}+b+b`,
        `+b+b\n${sequence(length - 1)}+b+b`,
      ];
      for (const text of texts) {
        const expected = reference(["abababab"], text, ["+b+b+b+b"]);
        expect(redact(["abababab"], cut(text, places), ["+b+b+b+b"])).toBe(expected);
      }
      expect(redact(["abababab"], [texts[0] as string]) === texts[0]).toBe(length > 4095);
    }
  });
});

describe("an escape sequence in a match", () => {
  test.each([
    ["\x1b[01;31m\x1b[Khun\x1b[m\x1b[Kter22 is", "\x1b[01;31m\x1b[K<0>\x1b[m\x1b[K is"],
    ["h\x1b[1mu\x1b[2mnter22.", "<0>\x1b[1m\x1b[2m."],
    ["\x1b]8;;http://h/hunter22\x1b\\hunter\x1b]8;;\x1b\\22", "\x1b]8;;http://h/<0>\x1b\\<0>\x1b]8;;\x1b\\"],
    ["hunt\x1b]8;;http://h/hunter22\x1b\\er22", "<0>\x1b]8;;http://h/<0>\x1b\\"],
  ])("stays after the marker: %j", (text, expected) => {
    expect(redact(["hunter22"], [text])).toBe(expected);
    expect(redact(["hunter22"], [...text])).toBe(expected);
  });

  test("is text where a secret has it", () => {
    expect(redact(["a\x1b[31mb"], ["a\x1b[31mb ab"])).toBe("<0> ab");
  });
});

describe("digits in lines", () => {
  const digits = "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZQ";
  const line = "0123456789abcdefghij";
  const lines = (text: string, width: number, end: string): string =>
    text.replace(new RegExp(`.{${width}}`, "g"), `$&${end}`);

  test.each(["\n", "\r\n", "\n    ", "\r\n\t", "\\n", "\\r\\n", "\\\\n", "\\\\\\\\r\\\\\\\\n", "\\\n  "])(
    "that end in %j are found at any width from 4 on",
    (end) => {
      for (let width = 4; width <= 80; width++) {
        const text = `${lines(digits, width, end)}!`;
        expect(redact([], [...text], [digits])).toBe(text.endsWith(`${end}!`) ? `<0>${end}!` : "<0>!");
      }
    },
  );

  test("are found within other data, wherever the line ends, if lines have 16 digits or more", () => {
    for (let width = 16; width <= 80; width++) {
      for (let before = 0; before < line.length; before++) {
        const text = lines(`${line.slice(before)}${digits}${line}`, width, "\n");
        const out = redact([], [text], [digits]);
        expect(out).toContain("<0>");
        expect(out.replace(/<0>|\n/g, "")).toBe(line.slice(before) + line);
      }
    }
  });

  test("may show up to three at the end of a shorter line, which is not held back", () => {
    const one = redactor([], [digits]);
    expect(Buffer.from(one.push(Buffer.from("ready Y29\n"))).toString()).toBe("ready Y29\n");
    expect(Buffer.from(one.push(Buffer.from(`${digits.slice(3)}.`))).toString()).toBe("<0>.");
  });

  test("are text only where they are in one line", () => {
    expect(redact(["hunter22"], ["hunter\n22"])).toBe("hunter\n22");
  });
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

  test("never more than a quarter of a pattern", () => {
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
        expect(out.length - 3).toBeLessThanOrEqual(secret.length / 4);
      }),
    );
  });
  test("a quarter of the shortest pattern that begins so is shown, with the escape sequences after it", () => {
    const long = "sk-live-0123456789012345678901234567890";
    const step = (one: Redactor, text: string): string =>
      Buffer.from(one.push(Buffer.from(text))).toString() + Buffer.from(one.pause()).toString();
    expect(step(redactor([long]), "answer sk-live-0")).toBe("answer sk-live-0");
    expect(step(redactor([long]), "answer sk-live-0\x1b[0m")).toBe("answer sk-live-0\x1b[0m");
    expect(step(redactor([long]), "answer sk-live-01")).toBe("answer ");
    expect(step(redactor([long, "sk-live-01234"]), "answer sk-live-")).toBe("answer ");
    expect(step(redactor([long, "live-0123"]), "answer sk-live-")).toBe("answer ");
  });

  test("a match that might be longer leaves as its marker, and the rest of the longer one is covered", () => {
    const one = redactor(["hunter22", "hunter22hunter22"]);
    const step = (text: string): string => Buffer.from(one.push(Buffer.from(text))).toString();
    expect(step("> hunter22")).toBe("> ");
    expect(Buffer.from(one.pause()).toString()).toBe("<0>");
    expect(step("hunter22.")).toBe("<1>.");
  });

  test("anything may come, at any time: no more than a quarter of a match is ever shown", () => {
    fc.assert(
      fc.property(brokenTexts, fc.array(fc.boolean()), ({ patterns, digits, text }, pauses) => {
        const one = redactor(patterns, digits);
        let out = "";
        [...text].forEach((byte, at) => {
          out += Buffer.from(one.push(Buffer.from(byte, "latin1"))).toString("latin1");
          if (pauses[at % (pauses.length || 1)]) out += Buffer.from(one.pause()).toString("latin1");
        });
        out += Buffer.from(one.end()).toString("latin1");
        // Two escape sequences that were apart may give a pattern that has one.
        const others = [...patterns, ...digits].filter((each) => !each.includes("\x1b"));
        for (const each of others) expect(out).not.toContain(each);
      }),
      { numRuns: 500 },
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

test("secrets of more characters than memory should hold the patterns of are refused", () => {
  const builder = new AutomatonBuilder();
  const source = fixedPatterns([pattern("some pattern")]);
  const text = { kind: "text", source, characters: 1 << 19 } as const;
  builder.add([text, { ...text, kind: "digits" }], 0);
  expect(() => builder.add([{ ...text, characters: 1 }], 1)).toThrow(
    expect.objectContaining({
      code: "environment",
      message: expect.stringContaining("too many or too long"),
    }),
  );
});
