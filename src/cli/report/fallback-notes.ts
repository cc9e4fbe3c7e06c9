import { subscribe } from "node:diagnostics_channel";
import { FALLBACK_CHANNEL } from "../../common/fallback.ts";

/** Passes on from now what is done in another way than usual on this machine, a line each. */
export function tellFallbacks(tell: (line: string) => void): void {
  subscribe(FALLBACK_CHANNEL, (message) => tell(`pprotect: ${String(message)}`));
}
