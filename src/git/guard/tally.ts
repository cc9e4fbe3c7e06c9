import type { TextLines } from "../../scan/scan-text.ts";
import type { Diff, DiffReader } from "./diff-reader.ts";
import type { Subject } from "./subject.ts";

/** How much was read, so that a check of nothing does not look like a clean one. */
export interface Scanned {
  /** Distinct versions of files. */
  readonly objects: number;
  /** Files with added lines, counted again in each commit that adds some. */
  readonly files: number;
  /** Of the added lines. */
  readonly bytes: number;
  /** Files that were not scanned, or not to the end: they are binary or too large. */
  readonly skipped: number;
}

/** How many bytes git looks at to tell binary files from text. */
const BINARY_PROBE = 8000;

/** Counts what the guard reads. */
export class Tally {
  readonly #objects = new Set<string>();
  #files = 0;
  #bytes = 0;
  #skipped = 0;

  get scanned(): Scanned {
    return { objects: this.#objects.size, files: this.#files, bytes: this.#bytes, skipped: this.#skipped };
  }

  /** The same subject, counted while the guard reads it: only the diff against the first parent, which comes last. */
  watch(subject: Subject): Subject {
    let left = subject.diffs;
    /** The binary files of the diff, by path. */
    const binary = new Set<string>();
    return {
      ...subject,
      next: async () => {
        const diff = await subject.next();
        return --left === 0 && diff ? this.#watched(diff, binary) : diff;
      },
      asText: (paths) => this.#asText(subject.asText(paths), binary),
      decoded: (path, bytes) => {
        if (!binary.delete(path)) return;
        this.#skipped--;
        this.#files++;
        this.#bytes += bytes;
      },
    };
  }

  #watched(diff: Diff, binary: Set<string>): Diff {
    const tally = this;
    const ids = idsOf(diff);
    return {
      files: diff.files,
      async *patches() {
        for await (const event of diff.patches()) {
          if (event.kind === "patch") {
            const { path, added, cut } = event.patch;
            const id = ids.get(path);
            if (id !== undefined) tally.#objects.add(id);
            tally.#count(added, cut);
          } else {
            for (const { path, newId } of diff.files) {
              if (newId !== event.newId || binary.has(path) || DELETED.test(newId)) continue;
              binary.add(path);
              tally.#skipped++;
            }
          }
          yield event;
        }
      },
    };
  }

  /** Files that only their attributes call binary are read after all. */
  #asText(reader: DiffReader, binary: Set<string>): DiffReader {
    const tally = this;
    return {
      close: () => reader.close(),
      async next() {
        const diff = await reader.next();
        const ids = diff ? idsOf(diff) : new Map<string, string>();
        return (
          diff && {
            files: diff.files,
            async *patches() {
              for await (const event of diff.patches()) {
                if (event.kind === "patch" && !hasNull(event.patch.added)) {
                  const { path, added, cut } = event.patch;
                  const id = ids.get(path);
                  if (id !== undefined) tally.#objects.add(id);
                  if (binary.delete(path)) tally.#skipped--;
                  tally.#count(added, cut);
                }
                yield event;
              }
            },
          }
        );
      },
    };
  }

  #count({ bytes }: TextLines, cut: boolean): void {
    this.#files++;
    if (cut) this.#skipped++;
    this.#bytes += bytes.length;
  }
}

/** The new version of each file, by path. */
function idsOf({ files }: Diff): ReadonlyMap<string, string> {
  return new Map(files.map(({ path, newId }) => [path, newId]));
}

const DELETED = /^0+$/;

function hasNull({ bytes }: TextLines): boolean {
  return bytes.subarray(0, BINARY_PROBE).includes(0);
}
