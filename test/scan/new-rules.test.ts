import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isNewIn, VERSION } from "../../src/common/release.ts";
import { addFinding } from "../../src/git/guard/add-finding.ts";
import { noFindings } from "../../src/git/guard/subject.ts";
import type { RuleName } from "../../src/scan/detector.ts";
import type { Finding } from "../../src/scan/finding.ts";
import { scanRules } from "../../src/scan/scanner.ts";

const read = (path: string): string => readFileSync(resolve(import.meta.dir, "../..", path), "utf8");

/** The ids of all rules that each release had. */
type Releases = Readonly<Record<string, readonly string[]>>;

/** What is wrong with the `since` of rules: a rule has one if, and only if, it came after the first release. */
function problems(rules: readonly RuleName[], releases: Releases, changelog: string): string[] {
  const released = [...changelog.matchAll(/^## (\d+\.\d+\.\d+)$/gm)].map(([, version = ""]) => version);
  const missing = released.filter((version) => releases[version] === undefined);
  const known = new Set(Object.values(releases).flat());
  const late = rules.filter(({ id, since }) => released.length > 0 && !known.has(id) && since === undefined);
  const early = rules.filter(({ since }) => released.length === 0 && since !== undefined);
  return [
    ...missing.map(
      (version) =>
        `test/fixtures/rules/releases.json lacks the rules of ${version}: run bun test/scan/note-release.ts`,
    ),
    ...late.map(({ id }) => `${id} is new: it needs "since"`),
    ...early.map(({ id }) => `${id} cannot be new: nothing was released`),
  ];
}

describe("a rule that came after the first release", () => {
  test("says so, so that its findings are warnings at first", () => {
    expect(
      problems(scanRules, JSON.parse(read("test/fixtures/rules/releases.json")), read("CHANGELOG.md")),
    ).toEqual([]);
  });

  test("is noticed when it does not", () => {
    const changelog = "## Unreleased\n\n## 0.2.0\n\n## 0.1.0\n";
    const rules = [
      { id: "old", what: "a" },
      { id: "new", what: "b", since: "0.3.0" },
      { id: "forgotten", what: "c" },
    ];
    expect(problems(rules, { "0.1.0": ["old"] }, changelog)).toEqual([
      "test/fixtures/rules/releases.json lacks the rules of 0.2.0: run bun test/scan/note-release.ts",
      'forgotten is new: it needs "since"',
    ]);
    expect(problems(rules, {}, "## Unreleased\n")).toEqual(["new cannot be new: nothing was released"]);
  });
});

describe("a finding of a rule that is new in this release", () => {
  const finding: Finding = { path: "a", line: 1, rule: "new", message: "looks new", since: "0.2.0" };
  const added = (wasThere: boolean, release: string, more: Partial<Finding> = {}) => {
    const found = noFindings();
    addFinding(found, { ...finding, ...more }, { acceptance: undefined, wasThere }, release);
    return found;
  };

  test("is a warning where it was there before, and says until when", () => {
    const { errors, warnings } = added(true, "0.2.3");
    expect(errors).toEqual([]);
    expect(warnings[0]?.message).toBe(
      "looks new (new in pprotect 0.2.0: from the next minor release on, this is an error)",
    );
  });

  test("is an error in the next release, in what is about to be committed, and of a rule without a release", () => {
    expect(added(true, "0.3.0").errors).toHaveLength(1);
    expect(added(true, "1.2.0").errors).toHaveLength(1);
    expect(added(false, "0.2.0").errors).toHaveLength(1);
    const { since: _, ...ofFirst } = finding;
    const found = noFindings();
    addFinding(found, ofFirst, { acceptance: undefined, wasThere: true }, "0.1.0");
    expect(found.errors).toHaveLength(1);
  });

  test("is new in the release that is running, by its first two numbers", () => {
    expect(isNewIn(VERSION)).toBe(true);
    expect([isNewIn("0.2.0", "0.20.0"), isNewIn("0.2.1", "0.2.0")]).toEqual([false, true]);
  });
});
