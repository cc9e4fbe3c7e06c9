import { describe, expect, test } from "bun:test";
import { pushReport } from "../../../src/cli/report/push-report.ts";
import { findingLine, SaidOnce } from "../../../src/git/guard/report.ts";
import { scanLines } from "../../../src/scan/scanner.ts";

/** What a workflow runner takes for a command: at the start of a line, or the older form anywhere. */
const COMMAND = /^\s*::|##\[/;

const HOSTILE = [
  "::error::x",
  "  ::error::x",
  "a\n::error::x",
  "##[error]x",
  "a ##[set-env]x",
  "a \u001b[2J::error::x",
];

describe("a line about a finding", () => {
  test.each(HOSTILE)(
    "is not a command to a workflow runner, whatever its path and message are: %j",
    (text) => {
      const finding = {
        path: text,
        line: 1,
        rule: "jwt",
        message: `secret "${text} ${text}" is long enough to wrap ${text}`,
      };
      const lines = [
        findingLine(finding),
        findingLine(finding, { commit: "0123456" }),
        ...pushReport(
          {
            errors: [finding, { ...finding, commit: "0123456" }],
            warnings: [finding],
            commits: 1,
            more: false,
          },
          { markers: true, ignore: { ignored: () => false, problems: [] } },
        ),
      ];
      expect(lines.filter((line) => COMMAND.test(line) || /[\x00-\x1f]/.test(line))).toEqual([]);
    },
  );
});

describe("a list of findings", () => {
  const found = (path: string) =>
    scanLines(
      path,
      [1, 2].map((number) => ({
        number,
        text: `const password${number} = "${["Kestrel", "84", "tw"].join("!")}";`,
      })),
    );

  test("says what to do once, and again where it is something else", () => {
    const once = new SaidOnce();
    const messages = [...found("a.ts"), ...found("b.ts"), ...found(".env")].map(
      (finding) => once.of(finding).message,
    );
    expect(messages.map((message) => message.includes("pprotect add-secret"))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(messages.map((message) => message.includes("pprotect import"))).toEqual([
      false,
      false,
      false,
      false,
      true,
      false,
    ]);
    expect(messages[1]).toBe("looks like a password");
  });

  test("has a message as it is that says something else at its end", () => {
    const once = new SaidOnce();
    const [finding] = found("a.ts");
    if (!finding) throw new Error("nothing was found");
    once.of(finding);
    const other = { ...finding, message: "other words" };
    expect(once.of(other)).toBe(other);
  });
});
