import { noFTL } from "bun:jsc";

/**
 * Stops the engine from compiling functions with FTL, the last and slowest of its compilers. FTL pays off in loops over bytes. A large
 * function that spends its time in regular expressions and in the runtime keeps a second thread busy for 30 to 150 ms, and most
 * checks end before that pays off.
 */
export function withoutFtl(...functions: ((...parameters: never[]) => unknown)[]): void {
  for (const each of functions) noFTL(each as (...parameters: unknown[]) => unknown);
}
