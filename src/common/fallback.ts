/** Where a line is published (node:diagnostics_channel) for everything that is done in another way than usual. */
export const FALLBACK_CHANNEL = "pprotect:fallback";

/** Says that something is done in another way than usual, to whoever listens. */
export function reportFallback(line: string): void {
  // Loaded only here: hardly anybody listens.
  const { channel } = require("node:diagnostics_channel") as typeof import("node:diagnostics_channel");
  channel(FALLBACK_CHANNEL).publish(line);
}
