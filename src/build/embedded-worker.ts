import { join } from "node:path";
import type { BunPlugin } from "bun";
import { embeddedModule } from "./embedded-module.ts";

/** The root of the program's modules, in the source and in the binary. */
export const SOURCE_ROOT = "src";
const BINARY_ROOT = "/$bunfs/root";

/** The program of the second thread: an entry point of its own. */
export const WORKER_ENTRY = "src/store/batches/batch-worker.ts";

/** Makes the binary start the second thread with the program inside it. */
export function embeddedWorker(): BunPlugin {
  const path = join(BINARY_ROOT, WORKER_ENTRY.slice(SOURCE_ROOT.length)).replace(/\.ts$/, ".js");
  return embeddedModule(
    "store/batches/worker-file.ts",
    () => `export const workerFile = () => ${JSON.stringify(path)};`,
  );
}
