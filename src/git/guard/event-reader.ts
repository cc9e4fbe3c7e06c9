import { bufferOf } from "../../common/buffer-of.ts";
import type { Eventual } from "../../common/eventual.ts";
import type { GitStream } from "../process/stream.ts";
import { type DiffEvent, DiffParser, type FileChange, MAX_ADDED, type Patch } from "./diff-parser.ts";

/** Gets diffs as soon as git has printed them, which may be long before they are asked for. */
export interface EarlyDiffs {
  /** Takes the files of the next diff. */
  expect(files: readonly FileChange[]): void;
  /** Takes what the diff adds to one of them. */
  learn(file: FileChange, patch: Patch): void;
}

const LINE_FEED = 10;
/** A line without an end does not fill the memory: what is beyond the limit is not scanned anyway. */
const LONGEST_LINE = 2 * MAX_ADDED;

/** Reads the events of a diff that git prints, as it comes. */
export class EventReader {
  readonly #stream: GitStream;
  readonly #chunks: {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
  readonly #parser: DiffParser;
  readonly #unfinished = new UnfinishedLine();
  readonly #early: EarlyDiffs | undefined;
  /** The files of the diff that was parsed last whose patches may still come, in the order of these. */
  #files: readonly FileChange[] = [];
  #nextFile = 0;
  #events: DiffEvent[] = [];
  #taken = 0;
  #ended = false;

  constructor(stream: GitStream, perCommit: boolean, early?: EarlyDiffs) {
    this.#stream = stream;
    this.#early = early;
    this.#chunks = stream.output.getReader();
    this.#parser = new DiffParser(perCommit);
  }

  /** @returns at once what has arrived; `undefined` after the last one. @throws PprotectError `git_failed` */
  next(): Eventual<DiffEvent | undefined> {
    return this.#taken < this.#events.length ? this.#events[this.#taken++] : this.#wait();
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.stop();
    await this.#chunks.cancel();
  }

  async #wait(): Promise<DiffEvent | undefined> {
    while (this.#taken === this.#events.length && !this.#ended) {
      this.#events = [];
      this.#taken = 0;
      const { done, value } = await this.#chunks.read();
      if (value) this.#parse(bufferOf(value));
      if (done) this.#end();
    }
    if (this.#taken < this.#events.length) return this.#events[this.#taken++];
    await this.#stream.finished();
    return undefined;
  }

  #parse(chunk: Buffer): void {
    const first = chunk.indexOf(LINE_FEED);
    if (first === -1) {
      this.#unfinished.add(chunk);
      return;
    }
    const line = this.#unfinished.finish(chunk.subarray(0, first));
    this.#parser.push(line, 0, line.length, this.#events);
    this.#unfinished.add(chunk.subarray(this.#parser.pushLines(chunk, first + 1, this.#events)));
    if (this.#early) for (const event of this.#events) this.#announce(event, this.#early);
  }

  #announce(event: DiffEvent, early: EarlyDiffs): void {
    if (event.kind === "files") {
      early.expect(event.files);
      this.#files = event.files;
      this.#nextFile = 0;
    } else if (event.kind === "patch") {
      const file = this.#fileOf(event.patch);
      if (file) early.learn(file, event.patch);
    }
  }

  /** The change that a patch belongs to. Git prints the patches in the order of the files, of which not all have one. */
  #fileOf({ path }: Patch): FileChange | undefined {
    while (this.#nextFile < this.#files.length && this.#files[this.#nextFile]?.path !== path)
      this.#nextFile++;
    return this.#files[this.#nextFile];
  }

  #end(): void {
    const line = this.#unfinished.finish(Buffer.alloc(0));
    if (line.length > 0) this.#parser.push(line, 0, line.length, this.#events);
    this.#parser.end(this.#events);
    this.#ended = true;
  }
}

/** A line that goes over several chunks. */
class UnfinishedLine {
  #parts: Uint8Array[] = [];
  #length = 0;

  add(part: Uint8Array): void {
    if (part.length === 0 || this.#length > LONGEST_LINE) return;
    this.#parts.push(Uint8Array.prototype.slice.call(part));
    this.#length += part.length;
  }

  /** The whole line. */
  finish(end: Buffer): Buffer {
    if (this.#length === 0) return end;
    const line = Buffer.concat([...this.#parts, end]);
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
