import { PprotectError } from "../../common/errors.ts";
import type { Entry } from "../entry.ts";
import { checkIdentifier, checkNoNul, unrepresentable } from "./unrepresentable.ts";

/** GitLab's limit for a dotenv report, in bytes, and for its variables where an instance sets no other. */
const MAX_REPORT_BYTES = 5 * 1024;
const MAX_VARIABLES = 20;

/**
 * A report `artifacts:reports:dotenv` of GitLab CI: `NAME=value`, one a line. GitLab takes quotes for a part of the
 * value, strips blanks around it, and expands `$` (ParseDotenvArtifactService).
 *
 * @throws PprotectError `unrepresentable`
 */
export function writeGitlab(entries: readonly Entry[]): string {
  const report = entries
    .map(({ name, value }) => {
      checkIdentifier("gitlab", name);
      checkNoNul("gitlab", name, value);
      const problem = whyNot(value);
      if (problem !== undefined) {
        throw unrepresentable(
          "gitlab",
          name,
          problem,
          "use --format json and a file, or encode it as base64",
        );
      }
      return `${name}=${value}\n`;
    })
    .join("");
  if (Buffer.byteLength(report) > MAX_REPORT_BYTES) {
    throw new PprotectError(
      "unrepresentable",
      "the secrets are more than the 5 KiB that a dotenv report of GitLab can have",
      "choose fewer with --only, or use --format json and a file",
    );
  }
  if (entries.length > MAX_VARIABLES) {
    throw new PprotectError(
      "unrepresentable",
      `${entries.length} secrets are more than the ${MAX_VARIABLES} variables that a dotenv report of GitLab can have`,
      "choose fewer with --only, or use --format json and a file",
    );
  }
  return report;
}

function whyNot(value: string): string | undefined {
  if (/[\r\n]/.test(value)) return "has a line end";
  if (/\s/.test(value)) return "has a blank";
  if (/\p{Cc}/u.test(value)) return "has a control character";
  if (value.includes("$")) return "has a $, which GitLab expands";
  return undefined;
}
