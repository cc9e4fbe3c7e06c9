import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import fc from "fast-check";
import { type AddedLine, parseIgnoreRules, ruleIds, scanLines } from "../../src/scan/scanner.ts";
import { processorTime } from "../support/processor-time.ts";
import { BASE64, random, WORD } from "./samples/sample.ts";

const password = `const password = "${["hunter", "2"].join("")}";`;
const github = `const t = "ghp_${random(WORD, 36)}";`;
/** Of the processor, whatever else the machine does. What is linear takes a second at most, what is not takes minutes. */
const HANG_MS = 10_000;

function numbered(texts: readonly string[], first = 1): AddedLine[] {
  return texts.map((text, index) => ({ number: first + index, text }));
}

async function rulesIn(path: string, ...texts: string[]): Promise<string[]> {
  return (await scanLines(path, numbered(texts))).map(({ line, rule }) => `${line}:${rule}`);
}

describe("scanLines", () => {
  test("reports the given line numbers, in order", async () => {
    const lines = [
      { number: 7, text: password },
      { number: 90, text: "" },
      { number: 91, text: github },
    ];
    const findings = await scanLines("src/a.ts", lines);
    expect(findings.map(({ path, line, rule }) => [path, line, rule])).toEqual([
      ["src/a.ts", 7, "password-assignment"],
      ["src/a.ts", 91, "github-token"],
    ]);
  });

  test("says what it is and what to do", async () => {
    const [finding] = await scanLines("src/a.ts", numbered([github]));
    expect(finding?.message).toStartWith("looks like a GitHub token: ");
    expect(finding?.message).toContain("pprotect add-secret");
    expect(finding?.message).toContain("pprotect:allow");
  });

  test("reports a secret that several rules find once, with the most specific rule", async () => {
    expect(await rulesIn("src/a.ts", `const apiToken = "ghp_${random(WORD, 36)}";`)).toEqual([
      "1:github-token",
    ]);
  });

  test("reports two secrets in one line separately", async () => {
    const line = `login({ password: "${["hunter", "2"].join("")}", key: "ghp_${random(WORD, 36)}" });`;
    expect(await rulesIn("src/a.ts", line)).toEqual(["1:password-assignment", "1:github-token"]);
  });

  test("reports a private key of many lines once, at its first line", async () => {
    const edge = (word: string) => `${"-".repeat(5)}${word} RSA PRIVATE KEY${"-".repeat(5)}`;
    const key = [edge("BEGIN"), ...[1, 2, 3].map((seed) => random(BASE64, 64, seed)), edge("END")];
    expect(await rulesIn("deploy/id_rsa", "x", ...key)).toEqual(["2:private-key"]);
  });

  test("finds tokens of a known form in lock files, but nothing by name", async () => {
    expect(await rulesIn("yarn.lock", github, password)).toEqual(["1:github-token"]);
  });

  test("finds tokens of a known form in very long lines", async () => {
    const filling = "var a=1;".repeat(40_000);
    expect(await rulesIn("src/a.ts", `${filling}${github}${filling}`)).toEqual(["1:github-token"]);
    expect(
      await rulesIn("src/a.ts", `${filling}x("https://discord.com/api/webhooks/${"1".repeat(9)}")`),
    ).toEqual([]);
  });

  test("handles letters whose length changes in lower case", async () => {
    const findings = await rulesIn("src/a.ts", "İ".repeat(50), `İİİ ${github}`, password);
    expect(findings).toEqual(["2:github-token", "3:password-assignment"]);
  });

  test("handles carriage returns at line ends", async () => {
    expect(await rulesIn("app.properties", `db.password=${["hunter", "2"].join("")}\r`)).toEqual([
      "1:password-assignment",
    ]);
  });

  test("reports a dotenv file once, in addition to what other rules find in it", async () => {
    const lines = ["# local", `TOKEN=ghp_${random(WORD, 36)}`, "NAME=kim", "DB_PASSWORD=sunshine"];
    expect(await rulesIn(".env", ...lines)).toEqual(["2:github-token", "4:dotenv-file"]);
  });
});

describe("pprotect:allow", () => {
  test("allows its line for all rules, with any comment after it", async () => {
    expect(await rulesIn("src/a.ts", `${github} // pprotect:allow`)).toEqual([]);
    expect(await rulesIn("src/a.ts", `${github} // pprotect:allow made up, revoked`)).toEqual([]);
    expect(await rulesIn("a.yaml", `token: ghp_${random(WORD, 36)} # pprotect:allow`)).toEqual([]);
  });

  test("allows only its own line", async () => {
    expect(await rulesIn("src/a.ts", "// pprotect:allow", github)).toEqual(["2:github-token"]);
  });

  test("with rule ids, allows only these rules", async () => {
    expect(await rulesIn("src/a.ts", `${github} // pprotect:allow github-token`)).toEqual([]);
    expect(await rulesIn("src/a.ts", `${github} // pprotect:allow jwt, github-token`)).toEqual([]);
    expect(await rulesIn("src/a.ts", `${github} // pprotect:allow jwt`)).toEqual(["1:github-token"]);
  });

  test("counts only as a separate word", async () => {
    for (const marker of ["pprotect:allowed", "xpprotect:allow", "pprotect:allow-all", "pprotect:allow:x"]) {
      expect(await rulesIn("src/a.ts", `${github} // ${marker}`)).toEqual(["1:github-token"]);
    }
  });
});

describe(".pprotectignore", () => {
  const scan = (text: string, path: string) => {
    const rules = parseIgnoreRules(text, ruleIds);
    return scanLines(path, numbered([github])).filter(({ rule }) => !rules.ignored(path, rule));
  };

  test("leaves out the files that it lists", async () => {
    expect(await scan("# recordings\ntest/recordings/\n", "test/recordings/a.ts")).toEqual([]);
    expect(await scan("test/recordings/\n", "src/a.ts")).toHaveLength(1);
    expect(await scan("*.ts\n!keep.ts\n", "src/keep.ts")).toHaveLength(1);
  });

  test("with rule=, leaves out only these rules", async () => {
    expect(await scan("src/ rule=github-token,jwt", "src/a.ts")).toEqual([]);
    expect(await scan("src/ rule=jwt", "src/a.ts")).toHaveLength(1);
  });

  test("accepts names with spaces", async () => {
    expect(await scan("my file.ts rule=github-token", "my file.ts")).toEqual([]);
  });

  test("cannot switch the guard off: a line that matches every file has no effect", async () => {
    for (const pattern of ["*", "**", "/*", "**/*", "/**"]) {
      const rules = parseIgnoreRules(`a.txt\n${pattern}\n`, ruleIds);
      expect(rules.problems).toEqual([{ line: 2, problem: expect.stringContaining("every file") }]);
      expect(rules.ignored("src/a.ts", "github-token")).toBe(false);
    }
  });

  test("reports unknown rules", () => {
    const { problems } = parseIgnoreRules("src/ rule=jtw", ruleIds);
    expect(problems).toEqual([{ line: 1, problem: "unknown rule `jtw`" }]);
  });

  test("ignores nothing outside the repository", () => {
    expect(parseIgnoreRules("src/", ruleIds).ignored("../src/a.ts", "jwt")).toBe(false);
  });
});

describe("hostile input", () => {
  const million = 1_000_000;
  const units =
    'a|=|-|/|:|.|\\|"|\'|aB3/|a=|a:|a.|://|a://|a:b@|password|password=|password:\'|"a"|eyJ|eyJa.|sk-|ghp_|key=|&key=|token: |authorization: |-u |--user a:|curl -u a|basic |_auth=|xoxb-1-|SG.a.|aws|aws_key=a|BEGIN PRIVATE KEY|-----BEGIN |pprotect:allow |hf_|dapi|İ';
  for (const unit of units.split("|")) {
    test(`a line of a megabyte of ${JSON.stringify(unit)} takes linear time`, async () => {
      const start = processorTime();
      await scanLines("src/a.ts", numbered([unit.repeat(million / unit.length)]));
      await scanLines("deploy/a.conf", numbered(Array(50).fill(unit.repeat(19_999 / unit.length))));
      expect(processorTime() - start).toBeLessThan(HANG_MS);
    });
  }

  const manyLines: readonly (readonly [what: string, path: string, line: string, count: number])[] = [
    ["one row of HTML", "a.html", "<th>password</th>".repeat(230), 250],
    ["heads of tables", "a.html", "<tr><th>password</th></tr>", 10_000],
    ["lists of accounts", "a.yaml", "  users: abcdefgh(", 50_000],
    ["names without values beside other letters", "a.js", `é${"key ".repeat(4900)}`, 100],
    ["defaults in templates", "a.yaml", `{{ ${"password | default('abcdefgh') ".repeat(500)}`, 60],
  ];
  for (const [what, path, line, count] of manyLines) {
    test(`many lines of ${what} take linear time`, async () => {
      const start = processorTime();
      await scanLines(path, numbered(Array(count).fill(line)));
      expect(processorTime() - start).toBeLessThan(HANG_MS);
    });
  }

  test("any text is scanned without failing, and findings are at lines of the input", async () => {
    const pieces = fc.constantFrom(
      password,
      github,
      "password: ",
      '"',
      "-----BEGIN PRIVATE KEY-----",
      "=",
      "://a:",
    );
    const line = fc
      .array(fc.oneof(fc.string({ unit: "binary" }), pieces), { maxLength: 6 })
      .map((all) => all.join(""));
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.array(line, { maxLength: 20 }),
        fc.nat(1000),
        async (path, texts, first) => {
          const lines = numbered(texts, first + 1);
          const findings = await scanLines(path, lines);
          const numbers = new Set(lines.map(({ number }) => number));
          expect(findings.every((finding) => numbers.has(finding.line) && finding.path === path)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("this project", () => {
  test("has no finding in its own sources", async () => {
    const root = join(import.meta.dir, "../..");
    const findings: string[] = [];
    for (const folder of ["src", "test"]) {
      for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
        const file = join(entry.parentPath, entry.name);
        const lines = readFileSync(file, "utf8").split("\n");
        for (const { path, line, rule } of await scanLines(relative(root, file), numbered(lines))) {
          findings.push(`${path}:${line} ${rule}`);
        }
      }
    }
    expect(findings).toEqual([]);
  });
});
