import { escapeUnprintable } from "../../common/terminal-safe.ts";
import type { Step } from "../../sources/cascade.ts";

/** What a source has said, in a line for people. */
export function stepText({ source, outcome, detail }: Step): string {
  const words = outcome.replace("-", " ");
  return detail === "" ? `${source}: ${words}` : `${source}: ${words} (${escapeUnprintable(detail)})`;
}
