import { join } from "node:path";
import type { BunPlugin } from "bun";
import { embeddedModule } from "./embedded-module.ts";

/** The root of the program's modules, in the source and in the binary. */
export const SOURCE_ROOT = "src";
const BINARY_ROOT = "/$bunfs/root";

/** The program of a second thread. */
interface WorkerProgram {
  /** Its source: an entry point of its own. */
  readonly entry: string;
  /** The end of the path of the module that answers where it is. */
  readonly module: string;
  /** The function of that module. */
  readonly finder: string;
}

/** The programs of the threads that open sealed values, and that scan files. */
export const WORKERS: readonly WorkerProgram[] = [
  {
    entry: "src/store/batches/batch-worker.ts",
    module: "store/batches/worker-file.ts",
    finder: "workerFile",
  },
  {
    entry: "src/git/guard/ahead/scan-thread.ts",
    module: "git/guard/ahead/thread-file.ts",
    finder: "threadFile",
  },
];

/** Makes the binary start a second thread with the program inside it. */
export function embeddedWorker({ entry, module, finder }: WorkerProgram): BunPlugin {
  const path = join(BINARY_ROOT, entry.slice(SOURCE_ROOT.length)).replace(/\.ts$/, ".js");
  return embeddedModule(module, () => `export const ${finder} = () => ${JSON.stringify(path)};`);
}
