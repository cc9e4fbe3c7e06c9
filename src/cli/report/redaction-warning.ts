import { displayName } from "../../common/terminal-safe.ts";
import { MIN_SECRET } from "../../redact/patterns.ts";
import type { Redaction } from "../../redact/redaction.ts";
import { writeError } from "./output.ts";

/** Warns of secrets that are too short to be redacted, in one line of names. */
export function warnOfShort({ tooShort }: Redaction): void {
  if (tooShort.length === 0) return;
  const names = tooShort.map(displayName).join(", ");
  writeError(`Not redacted, as shorter than ${MIN_SECRET} characters: ${names}.\n`);
}
