import { displayName } from "../../common/terminal-safe.ts";
import { MIN_SECRET } from "../../redact/common-values.ts";
import type { Redaction } from "../../redact/redaction.ts";
import { writeError } from "./output.ts";

/** Warns of secrets that are too short to be redacted, and of those that occur in any output. */
export function warnOfRedaction({ tooShort, common }: Redaction): void {
  if (tooShort.length > 0) {
    writeError(`Not redacted, as shorter than ${MIN_SECRET} characters: ${listed(tooShort)}.\n`);
  }
  if (common.length > 0) {
    writeError(
      `Common words or short numbers, redacted wherever they occur: ${listed(common)} (--no-redact NAME leaves one as it is).\n`,
    );
  }
}

function listed(names: readonly string[]): string {
  return names.map(displayName).join(", ");
}
