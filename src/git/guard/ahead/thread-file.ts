import { isBun } from "../../../common/runtime.ts";

/**
 * The address of the program of the second thread. The build replaces this module by one that returns the one inside the binary:
 * see src/build/embedded-worker.ts.
 *
 * @returns `undefined` where there is none: in Node
 */
export function threadFile(): string | undefined {
  return isBun ? new URL("./scan-thread.ts", import.meta.url).href : undefined;
}
