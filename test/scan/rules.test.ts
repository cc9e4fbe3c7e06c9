import { describe, expect, test } from "bun:test";
import { hasLongWord } from "../../src/scan/long-run.ts";
import { LONG_WORD } from "../../src/scan/rule.ts";
import { regexRules } from "../../src/scan/rules/index.ts";
import { ruleIds, scanLines } from "../../src/scan/scanner.ts";
import { samples } from "./samples/index.ts";
import type { Sample } from "./samples/sample.ts";

/** A file whose bytes are known, not its lines: see scan-bytes.test.ts. */
const OF_BYTES = new Set(["keystore-file"]);

function scan({ path, lines }: Sample) {
  return scanLines(
    path,
    lines.map((text, index) => ({ number: index + 1, text })),
  );
}

describe("every rule", () => {
  test("has at least two samples that it finds and two that it must not find", () => {
    const lacking = [...ruleIds].filter((id) => {
      const { finds = [], ignores = [] } = samples[id] ?? {};
      return !OF_BYTES.has(id) && (finds.length < 2 || ignores.length < 2);
    });
    expect(lacking).toEqual([]);
  });

  test("has samples, and every sample has a rule", () => {
    expect(Object.keys(samples).filter((id) => !ruleIds.has(id))).toEqual([]);
  });

  test("has lower-case keywords of three characters and more, and a global pattern", () => {
    const bad = regexRules.filter(
      ({ keywords, pattern }) =>
        !pattern.global ||
        keywords.length === 0 ||
        keywords.some((word) => word !== LONG_WORD && (word !== word.toLowerCase() || word.length < 3)),
    );
    expect(bad).toEqual([]);
  });

  test("passes over no line that its pattern matches", () => {
    const lines = Object.values(samples).flatMap(({ finds, ignores }) =>
      [...finds, ...ignores].flatMap((sample) => sample.lines),
    );
    const passedOver = regexRules.flatMap(({ id, pattern, keywords, has = "", quick = /^/ }) =>
      lines
        .filter((line) => line.search(pattern) !== -1)
        .filter(
          (line) =>
            !(line.includes(has) && quick.test(line) && (hasWord(line) || !keywords.includes(LONG_WORD))),
        )
        .map((line) => `${id}: ${line}`),
    );
    expect(passedOver).toEqual([]);
  });
});

function hasWord(line: string): boolean {
  const bytes = Buffer.from(line);
  return hasLongWord(bytes, 0, bytes.length);
}

for (const [id, { finds, ignores }] of Object.entries(samples)) {
  describe(`rule ${id}`, () => {
    finds.forEach((sample, index) => {
      test(`finds sample ${index + 1} once, with a message that holds nothing of it`, () => {
        const findings = scan(sample);
        expect(findings.map(({ rule }) => rule)).toContain(id);
        expect(new Set(findings.map(({ line }) => line)).size).toBe(findings.length);
        for (const { message } of findings) expect(message).toMatch(FIXED);
      });
    });
    ignores.forEach((sample, index) => {
      test(`does not find sample ${index + 1} against it`, () => {
        expect(scan(sample).filter(({ rule }) => rule === id)).toEqual([]);
      });
    });
  });
}

/** Nothing but the text of a rule and advice. */
const FIXED =
  /^looks like (?:an?|the) [A-Za-z0-9 .,*&#'()-]{4,60}: (?:move it into the store with `pprotect add-secret`|import the file into the store with `pprotect import`|keep it outside the repository)/;
