import { noFTL } from "bun:jsc";

/**
 * Keeps functions from the engine's last compiler, FTL. It pays for loops over bytes. Where a large function spends its time in regular
 * expressions and in the runtime, a second thread takes 30 to 150 ms to compile it, and most checks end before that pays.
 */
export function withoutFtl(...functions: ((...parameters: never[]) => unknown)[]): void {
  for (const each of functions) noFTL(each as (...parameters: unknown[]) => unknown);
}
