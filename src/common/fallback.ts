/** The node:diagnostics_channel that gets a line whenever a fallback is used. */
export const FALLBACK_CHANNEL = "pprotect:fallback";

/** Publishes that a fallback is used, such as a slower implementation. `--verbose` prints it. */
export function reportFallback(line: string): void {
  // Loaded on demand: fallbacks are rare.
  const { channel } = require("node:diagnostics_channel") as typeof import("node:diagnostics_channel");
  channel(FALLBACK_CHANNEL).publish(line);
}
