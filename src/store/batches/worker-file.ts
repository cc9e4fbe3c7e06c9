import { isBun } from "../../common/runtime.ts";

/**
 * The address of the second thread's program. The build replaces this module by one that returns the one inside the binary: see
 * src/build/embedded-worker.ts.
 *
 * @returns `undefined` where there is none: in Node
 */
export function workerFile(): string | undefined {
  return isBun ? new URL("./batch-worker.ts", import.meta.url).href : undefined;
}
