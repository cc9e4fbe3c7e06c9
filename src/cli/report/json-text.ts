import { escapeUnprintableInJson } from "../../common/terminal-safe.ts";

/**
 * JSON on one line without a line end, which may be shown in a terminal: names of strangers have their control characters
 * escaped, C1 controls too, which JSON itself leaves as they are.
 */
export function jsonLine(value: unknown): string {
  return escapeUnprintableInJson(JSON.stringify(value));
}

/** {@link jsonLine} for people to read too: indented, with a line end. */
export function indentedJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2).split("\n").map(escapeUnprintableInJson).join("\n")}\n`;
}
