import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { pause } from "../../common/pause.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { type AccessEntry, parseEntry } from "./entry.ts";
import { accessLogPath } from "./files.ts";

const CHUNK_BYTES = 64 * 1024;

/** From where on a log is followed, and how. */
export interface FollowOptions {
  /** The number of the last entry that is known: newer ones that are there already come first. By default all are known. */
  readonly after?: number;
  /** How often to look. */
  readonly pollMs?: number;
}

/**
 * The entries that are appended to the log from now on, until the signal aborts. When the log is rotated, what was
 * written to the old file comes first.
 *
 * @throws PprotectError `file_error`
 */
export async function* followAccessLog(
  stateDirectory: string,
  signal: AbortSignal,
  { after, pollMs = 250 }: FollowOptions = {},
): AsyncGenerator<AccessEntry> {
  const path = accessLogPath(stateDirectory);
  let file = after === undefined ? openAtEnd(path) : openAtStart(path);
  try {
    if (file && after !== undefined) {
      for (const entry of file.newEntries()) if (entry.seq > after) yield entry;
    }
    while (!signal.aborted) {
      if (file) {
        yield* file.newEntries();
        if (!isSameFile(file.stats, path)) {
          yield* file.newEntries();
          file.close();
          file = undefined;
        }
      }
      file ??= openAtStart(path);
      if (file?.hasMore()) continue;
      await pause(pollMs, signal);
    }
  } finally {
    file?.close();
  }
}

/** A file of which what was read is not read again. */
class GrowingFile {
  readonly #descriptor: number;
  #at: number;
  #rest = "";
  readonly #decoder = new TextDecoder();

  constructor(descriptor: number, at: number) {
    this.#descriptor = descriptor;
    this.#at = at;
  }

  get stats(): Stats {
    return fstatSync(this.#descriptor);
  }

  hasMore(): boolean {
    return this.stats.size > this.#at;
  }

  *newEntries(): Generator<AccessEntry> {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const count = readSync(this.#descriptor, chunk, 0, chunk.length, this.#at);
      if (count === 0) return;
      this.#at += count;
      const lines = (this.#rest + this.#decoder.decode(chunk.subarray(0, count), { stream: true })).split(
        "\n",
      );
      this.#rest = lines.pop() ?? "";
      for (const line of lines) {
        const entry = parseEntry(line);
        if (entry) yield entry;
      }
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function openAtEnd(path: string): GrowingFile | undefined {
  const descriptor = open(path);
  return descriptor === undefined ? undefined : new GrowingFile(descriptor, fstatSync(descriptor).size);
}

function openAtStart(path: string): GrowingFile | undefined {
  const descriptor = open(path);
  return descriptor === undefined ? undefined : new GrowingFile(descriptor, 0);
}

function open(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw fileError("read", path, error);
  }
}

function isSameFile(stats: Stats, path: string): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  return now !== undefined && now.ino === stats.ino && now.dev === stats.dev;
}
