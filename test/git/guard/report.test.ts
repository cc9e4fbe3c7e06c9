import { describe, expect, test } from "bun:test";
import { pushReport } from "../../../src/cli/report/push-report.ts";
import { findingLine } from "../../../src/git/guard/report.ts";

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
