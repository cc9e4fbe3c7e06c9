import { lazy } from "../../common/lazy.ts";
import { wholeFile } from "../../scan/scan-text.ts";
import type { ScanAhead } from "./ahead/scan-ahead.ts";
import type { FileChange, PatchEvent } from "./diff-parser.ts";
import { type Diff, type DiffReader, type PathChoice, readStagedDiff } from "./diff-reader.ts";
import { isRegular } from "./file-mode.ts";
import { contentOnDisk, looksBinary } from "./work-tree-file.ts";

/** From so many added files on, it is faster to read them than to let git print them as a patch. */
const MANY = 48;

/** As many bytes of files that were read ahead are kept; what is beyond is read again. */
const MOST_KEPT = 32 * 1024 * 1024;

/** As many paths are put on a line for git. */
const MOST_PATHS = 200;

/**
 * The diff of `readStagedDiff`. Of many added files, those that the work tree has with the same content are read from
 * there; their content is compared with git's id for it.
 *
 * @param withThread whether a second thread scans added files meanwhile
 */
export function readStagedFiles(
  directory: string,
  revision?: string,
  paths: readonly string[] = [],
  withThread = isMuchToScan,
): DiffReader {
  const open = (choice: PathChoice) => readStagedDiff(directory, revision, choice);
  return new StagedReader(open, directory, paths, withThread);
}

class StagedReader implements DiffReader {
  readonly #open: (choice: PathChoice) => DiffReader;
  readonly #directory: string;
  readonly #withThread: typeof isMuchToScan;
  #reader: DiffReader;
  #ahead: ScanAhead | undefined;
  /** Contents that were read ahead, by their paths. */
  readonly #kept = new Map<string, Uint8Array>();
  #keptBytes = 0;

  constructor(
    open: (choice: PathChoice) => DiffReader,
    directory: string,
    paths: readonly string[],
    withThread: typeof isMuchToScan,
  ) {
    this.#withThread = withThread;
    this.#open = open;
    this.#directory = directory;
    this.#reader = open({ paths, asText: false });
  }

  async next(): Promise<Diff | undefined> {
    const diff = await this.#reader.next();
    const added = diff?.files.filter(isAdded) ?? [];
    if (!diff || added.length < MANY) return diff;
    const { ScanAhead } = await ahead();
    if (await this.#withThread(this.#directory, added))
      this.#ahead = new ScanAhead(
        this.#directory,
        added.map(({ path, newId }) => ({ path, newId })),
      );
    return {
      files: diff.files,
      contentOf: (file) => (isAdded(file) ? this.#contentAhead(file) : undefined),
      patches: () => {
        const events = this.#patches(diff);
        return async () => (await events.next()).value;
      },
      ...(this.#ahead && { ahead: this.#ahead }),
    };
  }

  async close(): Promise<void> {
    this.#ahead?.close();
    await this.#reader.close();
  }

  async *#patches(diff: Diff): AsyncGenerator<PatchEvent, undefined> {
    const rest: FileChange[] = [];
    /** Paths, and ids: a binary file is known by that. */
    const read = new Set<string>();
    for (const file of diff.files) {
      const event = isAdded(file) ? this.#event(file) : undefined;
      if (!event) {
        rest.push(file);
        continue;
      }
      read.add(event.kind === "patch" ? file.path : event.newId);
      yield event;
    }
    const paths = [...new Set(rest.flatMap(({ oldPath, path }) => [oldPath, path]))];
    let next = diff.patches();
    if (paths.length <= MOST_PATHS) {
      await this.#reader.close();
      if (paths.length === 0) return;
      this.#reader = this.#open({ paths, asText: false });
      next = (await this.#reader.next())?.patches() ?? next;
    }
    for (let event = await next(); event; event = await next()) {
      if (!read.has(event.kind === "patch" ? event.patch.path : event.newId)) yield event;
    }
  }

  /** The content of a file that will be scanned later: it is kept until then. */
  #contentAhead(file: FileChange): Uint8Array | undefined {
    const bytes = contentOnDisk(this.#directory, file);
    if (bytes && this.#keptBytes + bytes.length <= MOST_KEPT) {
      this.#kept.set(file.path, Uint8Array.prototype.slice.call(bytes));
      this.#keptBytes += bytes.length;
    }
    return bytes;
  }

  #content(file: FileChange): Uint8Array | undefined {
    const kept = this.#kept.get(file.path);
    this.#kept.delete(file.path);
    return kept ?? contentOnDisk(this.#directory, file);
  }

  /** What git would print of an added file. @returns `undefined` when the work tree does not have its content */
  #event(file: FileChange): PatchEvent | undefined {
    const bytes = this.#content(file);
    if (!bytes) return undefined;
    if (looksBinary(bytes)) return { kind: "binary", newId: file.newId };
    return { kind: "patch", patch: { path: file.path, added: wholeFile(bytes), cut: false } };
  }
}

// Loaded when it is needed: most commits add few files.
const ahead = lazy(() => import("./ahead/scan-ahead.ts"));

async function isMuchToScan(directory: string, added: readonly FileChange[]): Promise<boolean> {
  return (await ahead()).isMuch(directory, added);
}

function isAdded({ status, newMode }: FileChange): boolean {
  return status === "A" && isRegular(newMode);
}
