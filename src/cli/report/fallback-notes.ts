import { subscribe } from "node:diagnostics_channel";
import { FALLBACK_CHANNEL } from "../../common/fallback.ts";

/** Passes on, from now, a line for each fallback that is used on this machine. */
export function printFallbacks(print: (line: string) => void): void {
  subscribe(FALLBACK_CHANNEL, (message) => print(`pprotect: ${String(message)}`));
}
