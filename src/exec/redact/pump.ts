import { read, write } from "node:fs";
import { errnoOf } from "../../store/file-error.ts";
import type { Redactor } from "./redactor.ts";

const CHUNK = 1 << 16;

/** ms without output after which a terminal's reader may be waiting for what is held back. */
const PAUSE = 50;

/** ms until a descriptor that another process made non-blocking is tried again. */
const RETRY = 2;

/** How a redacted stream ended: it was read to its end, or nobody reads on. */
export type PumpEnd = "ended" | "closed";

export interface PumpOptions {
  /** The output is a terminal: see {@link Redactor.pause}. */
  readonly interactive?: boolean;
  /** When this fires, the stream ends at the next pause, though others may still hold its other end. */
  readonly over?: AbortSignal;
}

/**
 * Copies one descriptor to another through a redactor, without closing either. Reads and writes block in threads
 * of the runtime: the descriptors stay as they are for other processes, and a slow reader slows the writer.
 *
 * @throws the system's error when reading fails, or writing for another reason than a closed end
 */
export async function pump(
  input: number,
  output: number,
  redactor: Redactor,
  { interactive = false, over }: PumpOptions = {},
): Promise<PumpEnd> {
  const buffers = [new Uint8Array(CHUNK), new Uint8Array(CHUNK)] as const;
  for (let turn = 0, reading = readSome(input, buffers[0]); ; turn ^= 1) {
    if (interactive && redactor.held > 0 && (await isQuiet(reading))) {
      if (!(await writeAll(output, redactor.pause()))) return "closed";
    }
    const length = over && (await isLast(reading, over)) ? 0 : await reading;
    if (length === 0) return (await writeAll(output, redactor.end())) ? "ended" : "closed";
    const chunk = (buffers[turn] as Uint8Array).subarray(0, length);
    // The next part is read while this one is searched and written.
    reading = readSome(input, buffers[turn ^ 1] as Uint8Array);
    reading.catch(() => undefined);
    if (!(await writeAll(output, redactor.push(chunk)))) return "closed";
  }
}

/** Whether nothing comes for {@link PAUSE} ms. */
async function isQuiet(reading: Promise<number>): Promise<boolean> {
  return (await Promise.race([reading.catch(() => 0), Bun.sleep(PAUSE)])) === undefined;
}

/** Waits for a part or for the stream to be over. @returns whether it is over and nothing comes */
async function isLast(reading: Promise<number>, over: AbortSignal): Promise<boolean> {
  if (!over.aborted) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    over.addEventListener("abort", wake);
    await Promise.race([reading.catch(() => 0), promise]);
    over.removeEventListener("abort", wake);
  }
  return over.aborted && isQuiet(reading);
}

/** @returns how many bytes were read; 0 at the end, which for a terminal is an error (EIO) */
export async function readSome(descriptor: number, buffer: Uint8Array): Promise<number> {
  for (;;) {
    try {
      return await readOnce(descriptor, buffer);
    } catch (error) {
      if (errnoOf(error) === "EIO") return 0;
      if (!MAY_RETRY.has(errnoOf(error))) throw error;
      await Bun.sleep(RETRY);
    }
  }
}

/** Writes all. @returns false when nobody reads any more */
export async function writeAll(descriptor: number, bytes: Uint8Array): Promise<boolean> {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += await writeOnce(descriptor, bytes.subarray(written));
    } catch (error) {
      if (CLOSED.has(errnoOf(error))) return false;
      if (!MAY_RETRY.has(errnoOf(error))) throw error;
      await Bun.sleep(RETRY);
    }
  }
  return true;
}

const MAY_RETRY: ReadonlySet<string> = new Set(["EAGAIN", "EINTR"]);
/** EIO: the terminal is gone. */
const CLOSED: ReadonlySet<string> = new Set(["EPIPE", "EBADF", "EIO"]);

function readOnce(descriptor: number, buffer: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, 0, buffer.length, null, (error, length) =>
      error ? reject(error) : resolve(length),
    );
  });
}

function writeOnce(descriptor: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, (error, length) => (error ? reject(error) : resolve(length)));
  });
}
