import { describe, expect, test } from "bun:test";
import { readStore } from "../../../src/git/guard/format-rules.ts";
import { fixtureBytes, interopStores, invalidNames } from "../../support/fixtures.ts";

function rulesOf(text: string | Uint8Array): string[] {
  return readStore("s.yaml", typeof text === "string" ? Buffer.from(text) : text).findings.map(
    ({ rule }) => rule,
  );
}

test.each(interopStores().map(({ name, bytes }) => [name, bytes] as const))("%s is clean", (_, bytes) => {
  expect(rulesOf(bytes)).toEqual([]);
});

test.each(invalidNames())("%s has findings with a line and advice", (name) => {
  const { findings, store } = readStore("s.yaml", fixtureBytes("invalid", `${name}.yaml`));
  expect(store).toBeUndefined();
  expect(findings.length).toBeGreaterThan(0);
  for (const { line, message } of findings) {
    expect(line).toBeGreaterThan(0);
    expect(message).toMatch(/[:?] .*(?:remove it|keep|restore|run `)/);
  }
});

test.each([
  ["conflict-markers", "conflict-markers"],
  ["duplicate-secret", "duplicate-key"],
  ["duplicate-domain", "duplicate-key"],
  ["plaintext-secret", "not-sealed"],
  ["base64-plaintext-secret", "not-sealed"],
  ["short-sealed-box", "not-sealed"],
  ["unknown-value-version", "not-sealed"],
  ["number-for-value", "not-sealed"],
  ["short-owner-key", "not-sealed"],
  ["not-yaml", "not-yaml"],
  ["missing-audit-log", "invalid-store"],
])("%s breaks the rule %s", (name, rule) => {
  expect(rulesOf(fixtureBytes("invalid", `${name}.yaml`))).toContain(rule);
});

test("a finding has the problem's code; a comment's has none", () => {
  const { findings } = readStore("s.yaml", fixtureBytes("invalid", "plaintext-secret.yaml"));
  expect(findings.map(({ code }) => code)).toContain("secret_not_sealed");
  const [marker] = readStore("s.yaml", fixtureBytes("invalid", "conflict-markers.yaml")).findings;
  expect(marker?.code).toBe("unresolved_merge");
  const valid = Buffer.from(fixtureBytes("valid.yaml")).toString();
  const [comment] = readStore("s.yaml", Buffer.from(`# one\n${valid}`)).findings;
  expect(comment).toMatchObject({ rule: "store-comment" });
  expect(comment?.code).toBeUndefined();
});

test("a name cannot make a problem look like one of another rule", () => {
  const valid = Buffer.from(fixtureBytes("valid.yaml")).toString();
  const name = "'x: secret \"y\" is stands twice not YAML sealed domain key'";
  const text = valid.replace("dev:\n", `${name}:\n  note: text\n`);
  expect(new Set(rulesOf(text))).toEqual(new Set(["invalid-store"]));
});

describe("comments", () => {
  const valid = fixtureBytes("valid.yaml");
  const text = Buffer.from(valid).toString();

  test("are reported with their line, anywhere in the file", () => {
    const commented = text.replace("audit-log:", "audit-log: # one\n# two");
    const findings = readStore("s.yaml", Buffer.from(commented)).findings;
    const line = text.slice(0, text.indexOf("audit-log:")).split("\n").length;
    expect(findings.map((finding) => [finding.line, finding.rule])).toEqual([
      [line, "store-comment"],
      [line + 1, "store-comment"],
    ]);
  });

  test("a number sign within text is not a comment", () => {
    expect(rulesOf(`${text}- '2026-01-01T00:00:00Z -- # created'\n- a#b\n`)).toEqual([]);
    expect(rulesOf(`${text}-   a#b\n`)).toEqual([]);
  });
});

test("a syntax error does not show the text at its place", () => {
  const plain = ["correct", "horse"].join("-");
  const { findings } = readStore("s.yaml", Buffer.from(`a: [${plain}\nb: }${plain}: "${plain}\n`));
  expect(findings.length).toBeGreaterThan(0);
  expect(JSON.stringify(findings)).not.toContain(plain);
});
