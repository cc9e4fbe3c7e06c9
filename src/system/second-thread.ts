import { lazy } from "../common/lazy.ts";

const availableCores = lazy(() => (require("node:os") as typeof import("node:os")).availableParallelism());

/**
 * Starts a second thread. It gets no copy of the environment, and the process does not wait for it. What it does not do is left
 * to the first thread, so its errors are ignored.
 *
 * @param file the address of its program; `undefined` where there is none
 * @param smol whether it keeps little memory, and takes more time for that
 * @returns `undefined` if there is only one processor, or it cannot be started
 */
export function startSecondThread(file: string | undefined, { smol }: { smol: boolean }): Worker | undefined {
  if (file === undefined || availableCores() < 2) return undefined;
  try {
    const worker = new Worker(file, { smol, env: {}, ref: false });
    worker.addEventListener("error", (event) => event.preventDefault());
    return worker;
  } catch {
    return undefined;
  }
}
