import { describe, expect, test } from "bun:test";
import { adviceFor } from "../../src/scan/finding.ts";
import { regexRules } from "../../src/scan/rules/index.ts";
import { secretlintRules } from "../../src/scan/rules/secretlint.ts";
import { ruleIds, scanLines } from "../../src/scan/scanner.ts";
import { samples } from "./samples/index.ts";
import type { Sample } from "./samples/sample.ts";

async function scan({ path, lines }: Sample) {
  return scanLines(
    path,
    lines.map((text, index) => ({ number: index + 1, text })),
  );
}

describe("every rule", () => {
  test("has at least two samples that it finds and two that it must not find", () => {
    const lacking = [...ruleIds].filter((id) => {
      const { finds = [], ignores = [] } = samples[id] ?? {};
      return finds.length < 2 || ignores.length < 2;
    });
    expect(lacking).toEqual([]);
  });

  test("has samples, and every sample has a rule", () => {
    expect(Object.keys(samples).filter((id) => !ruleIds.has(id))).toEqual([]);
  });

  test("has lower-case keywords and a global pattern", () => {
    const bad = regexRules.filter(
      ({ keywords, pattern }) => !pattern.global || keywords.some((word) => word !== word.toLowerCase()),
    );
    expect(bad).toEqual([]);
    expect(
      secretlintRules.flatMap(({ keywords }) => keywords).filter((word) => word !== word.toLowerCase()),
    ).toEqual([]);
  });
});

for (const [id, { finds, ignores }] of Object.entries(samples)) {
  describe(`rule ${id}`, () => {
    finds.forEach((sample, index) => {
      test(`finds sample ${index + 1} once, with a fixed message`, async () => {
        const findings = await scan(sample);
        expect(findings.map(({ rule }) => rule)).toContain(id);
        expect(new Set(findings.map(({ line }) => line)).size).toBe(findings.length);
        expect(findings.filter(({ message }) => !fixedMessages.has(message))).toEqual([]);
      });
    });
    ignores.forEach((sample, index) => {
      test(`does not find sample ${index + 1} against it`, async () => {
        expect((await scan(sample)).filter(({ rule }) => rule === id)).toEqual([]);
      });
    });
  });
}

/** All messages there are: none can hold a part of a secret. */
const fixedMessages = new Set(
  [...regexRules, ...secretlintRules]
    .map(({ what }) => what)
    .concat(
      "a password",
      "a key or token",
      "a generated key or token",
      "a file of environment variables with values",
    )
    .flatMap((what) => [adviceFor(what), adviceFor(what, true)]),
);
