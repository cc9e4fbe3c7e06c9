/** How much was read, so that a check of nothing does not look like a clean one. */
export interface Scanned {
  /** Distinct versions of files. */
  readonly objects: number;
  /** Files with added lines, counted again in each commit that adds some. */
  readonly files: number;
  /** Of the added lines, each with its line feed. */
  readonly bytes: number;
  /** Messages of commits and tags. */
  readonly messages: number;
  /** Files that were not scanned, or not to the end: they are binary or too large. */
  readonly skipped: number;
}

const LINE_FEED = 10;

/** Counts what the guard reads. */
export class Tally {
  readonly #objects = new Set<string>();
  #files = 0;
  #bytes = 0;
  #messages = 0;
  #skipped = 0;

  get scanned(): Scanned {
    return {
      objects: this.#objects.size,
      files: this.#files,
      bytes: this.#bytes,
      messages: this.#messages,
      skipped: this.#skipped,
    };
  }

  /** Counts the lines that a version of a file adds. */
  lines(id: string, lines: Uint8Array): void {
    this.file(id, lines.length + (lines.at(-1) === LINE_FEED ? 0 : 1));
  }

  /** Counts a version of a file that is not text in UTF-8, and was read. */
  file(id: string, bytes: number): void {
    this.#objects.add(id);
    this.#files++;
    this.#bytes += bytes;
  }

  /** Counts the message of a commit or a tag. */
  message(): void {
    this.#messages++;
  }

  /** Counts a file that was not scanned, or not to the end. */
  skip(): void {
    this.#skipped++;
  }
}
