import { availableParallelism } from "node:os";
import { startSecondThread } from "../../../system/second-thread.ts";
import { type FileVersion, sizeOnDisk } from "../work-tree-file.ts";
import { Claims } from "./claims.ts";
import type { FileScan, Handover, ThreadAnswer } from "./handover.ts";
import { threadFile } from "./thread-file.ts";

const MIB = 1024 * 1024;
/** Of less text, one thread has scanned most before another one has started. */
const LEAST_BYTES = 4 * MIB;
/** The same with two processors: the threads of the runtime that compile the code take what one thread leaves of them. */
const LEAST_WITH_TWO = 64 * MIB;

/** Of more files, the sizes of about this many are enough to estimate the size of all. */
const ENOUGH_SIZES = 64;

/**
 * Whether files are so much that two threads scan them faster than one.
 * @param directory the root of the work tree
 */
export function isMuch(
  directory: string,
  files: readonly FileVersion[],
  processors = availableParallelism(),
): boolean {
  const step = Math.ceil(files.length / ENOUGH_SIZES);
  let bytes = 0;
  for (let index = 0; index < files.length; index += step)
    bytes += step * sizeOnDisk(directory, files[index]?.path ?? "");
  return bytes >= (processors > 2 ? LEAST_BYTES : LEAST_WITH_TWO);
}

/** How a second thread is used. */
export interface SecondThread {
  /**
   * Starts it, where there can be one.
   * @param answer takes what it scanned
   * @returns what stops it
   */
  readonly start: (handover: Handover, answer: (scans: ThreadAnswer) => void) => (() => void) | undefined;
  /** ms to wait for its answer when this thread has scanned all else; a file takes it a few, without a JIT a few hundred. */
  readonly patience: number;
}

const NOTHING: ThreadAnswer = [];

/**
 * A second thread that scans files of the work tree from the last one on, while this one scans from the first. What it has not
 * scanned, for whatever reason, is left to this one: without its answer, all files.
 */
export class ScanAhead {
  readonly #claims: Claims;
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #patience: number;
  readonly #scans: Promise<ReadonlyMap<number, FileScan>>;
  readonly #answer: (scans: ThreadAnswer) => void;
  readonly #stop: (() => void) | undefined;

  /** @param directory the root of the work tree */
  constructor(
    directory: string,
    files: readonly FileVersion[],
    { start, patience }: SecondThread = { start: startThread, patience: 30_000 },
  ) {
    this.#claims = new Claims(Claims.memoryFor(files.length));
    this.#indexes = new Map(files.map((file, index) => [keyOf(file), index]));
    this.#patience = patience;
    const { promise, resolve } = Promise.withResolvers<ReadonlyMap<number, FileScan>>();
    this.#scans = promise;
    this.#answer = (scans) => resolve(new Map(scans));
    this.#stop = start({ directory, files, memory: this.#claims.memory }, this.#answer);
  }

  /**
   * What the other thread found in a file, if it has taken that. To be asked for once; otherwise the file is this thread's.
   * @returns `undefined` when this thread has to scan the file
   */
  async scanOf(file: FileVersion): Promise<FileScan | undefined> {
    const index = this.#indexes.get(keyOf(file));
    if (index === undefined || this.#claims.take(index)) return undefined;
    const timer = setTimeout(() => this.#answer(NOTHING), this.#patience);
    try {
      return (await this.#scans).get(index);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops the other thread, if it still runs. */
  close(): void {
    this.#stop?.();
  }
}

function keyOf({ path, newId }: FileVersion): string {
  return `${newId} ${path}`;
}

/** Starts the second thread. When it fails or ends, its answer is that it scanned nothing. */
export function startThread(
  handover: Handover,
  answer: (scans: ThreadAnswer) => void,
): (() => void) | undefined {
  const worker = startSecondThread(threadFile(), { smol: false });
  worker?.addEventListener("message", ({ data }: MessageEvent<ThreadAnswer>) => answer(data));
  for (const end of ["error", "close"]) worker?.addEventListener(end, () => answer(NOTHING));
  worker?.postMessage(handover);
  return worker && (() => worker.terminate());
}
