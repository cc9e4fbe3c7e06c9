import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { quoteForShell } from "../../src/common/shell-quote.ts";
import { formatSecrets } from "../../src/exec/output-format.ts";

const secrets = new Map([
  ["b_2", "it's"],
  ["A", "line 1\nline 2\n"],
]);

describe("secrets as text", () => {
  test("json is sorted, indented, and reads back", () => {
    expect(formatSecrets(secrets, "json")).toBe('{\n  "A": "line 1\\nline 2\\n",\n  "b_2": "it\'s"\n}\n');
    expect(formatSecrets(new Map(), "json")).toBe("{}\n");
  });

  test("env has NAME='value', shell exports it", () => {
    expect(formatSecrets(secrets, "env")).toBe("A='line 1\nline 2\n'\nb_2='it'\\''s'\n");
    expect(formatSecrets(secrets, "shell")).toBe("export A='line 1\nline 2\n'\nexport b_2='it'\\''s'\n");
    expect(formatSecrets(new Map(), "shell")).toBe("");
  });

  test.each(["env", "shell"] as const)(
    "%s refuses a name that is not a shell identifier, and a NUL byte",
    (format) => {
      expect(() => formatSecrets(new Map([["db-pass", "x"]]), format)).toThrow(
        '"db-pass" is not a valid shell',
      );
      expect(() => formatSecrets(new Map([["k", "a\0"]]), format)).toThrow("NUL");
    },
  );

  test("json keeps every value to the code point", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(JSON.parse(formatSecrets(new Map([["k", value]]), "json"))).toEqual({ k: value });
      }),
    );
  });
});

test("a real shell reads back every value that was quoted for it", () => {
  const values = fc.sample(
    fc
      .array(
        fc.constantFrom("'", '"', "$", "`", "\\", "\n", " ", "!", "*", "é", "🎲", "a", "$(id)", "\t", "\r"),
      )
      .map((p) => p.join("")),
    { numRuns: 200, seed: 7 },
  );
  const script = values.map((value) => `printf '%s\\0' ${quoteForShell(value)}`).join("\n");
  const { stdout } = Bun.spawnSync(["sh", "-c", script]);
  expect(stdout.toString("utf8").split("\0").slice(0, -1)).toEqual(values);
});
