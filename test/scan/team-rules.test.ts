import { expect, test } from "bun:test";
import { type Finding, scanLines } from "../../src/scan/scanner.ts";
import { type TeamRule, TeamRules } from "../../src/scan/team-rules.ts";
import { tokenLine } from "../git/guard/guard-repository.ts";
import { processorTime } from "../support/processor-time.ts";

function rule(id: string, pattern: RegExp, more: Partial<TeamRule> = {}): TeamRule {
  return {
    id,
    message: `about ${id}`,
    line: 3,
    source: `${id} ${pattern}`,
    applies: () => true,
    mayMatch: (lines) => new RegExp(pattern, "m").test(lines),
    matches: (line) =>
      [...line.matchAll(pattern)].map(({ 0: { length }, index }) => ({ start: index, end: index + length })),
    ...more,
  };
}

const ACME = rule("acme-id", /ACME-[0-9]+/g);
const lines = (...texts: readonly string[]) => texts.map((text, at) => ({ number: at + 1, text }));
const named = (findings: readonly Finding[]) => findings.map(({ line, rule }) => `${line} ${rule}`);

test("a team's rule is found in every kind of file, beside the scanner's own", () => {
  const team = new TeamRules([ACME]);
  const texts = lines("see ACME-1", tokenLine(), `${tokenLine()} ACME-2`);
  const found = scanLines("yarn.lock", texts, { team });
  expect(named(found)).toEqual(["1 acme-id", "2 github-token", "3 github-token", "3 acme-id"]);
  expect(found[0]?.message).toBe(
    "about acme-id (rule of .pprotect.yaml; `pprotect:allow acme-id` in the line allows it)",
  );
  expect(found[0]?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(scanLines(".pprotect.yaml", lines("pattern: ACME-1"), { team })).toEqual([]);
  const elsewhere = new TeamRules([{ ...ACME, applies: (path) => path.endsWith(".ts") }]);
  expect(scanLines("a.js", lines("ACME-1"), { team: elsewhere })).toEqual([]);
});

test("no rule of a team hides a token", () => {
  const team = new TeamRules([rule("all", /.+/g)]);
  expect(named(scanLines("a.txt", lines(tokenLine()), { team }))).toEqual(["1 github-token"]);
});

test("a marker may name a team's rule, and what it allows is reported as allowed", () => {
  const team = new TeamRules([ACME, rule("other", /ACME/g)]);
  const allowed: Finding[] = [];
  const context = { team, onSuppressed: (finding: Finding) => allowed.push(finding) };
  const found = scanLines(
    "a.txt",
    lines("ACME-1 pprotect:allow acme-id", "ACME pprotect:allow acme-id"),
    context,
  );
  expect([named(found), named(allowed)]).toEqual([["2 other"], ["1 acme-id"]]);
});

test("rules that are new are stopped when their time is used up, the others are not", () => {
  const slow = rule("slow", /x/g, {
    mayMatch: () => {
      const until = performance.now() + 3;
      while (performance.now() < until);
      return true;
    },
  });
  const team = new TeamRules([slow], [ACME], 2);
  expect(team.slowest).toBeUndefined();
  expect(named(scanLines("a.txt", lines("x ACME-1"), { team }))).toEqual(["1 slow", "1 acme-id"]);
  expect(team.slowest).toBe(slow);
  expect(named(scanLines("a.txt", lines("x ACME-1"), { team }))).toEqual(["1 acme-id"]);
});

test("matches that touch are one finding, and the time grows with the number of findings only", () => {
  const any = new TeamRules([rule("any", /[a-z]/g)]);
  expect(scanLines("a.txt", lines("abc def"), { team: any })).toHaveLength(2);
  const many = lines(...Array.from({ length: 300 }, () => "a b c d e ".repeat(20)));
  const started = processorTime();
  expect(scanLines("a.txt", many, { team: any })).toHaveLength(300 * 100);
  // It was 10 s with each finding compared to all others.
  expect(processorTime() - started).toBeLessThan(4000);
});
