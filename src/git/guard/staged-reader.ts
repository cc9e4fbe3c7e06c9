import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { wholeFile } from "../../scan/scan-text.ts";
import { systemPath } from "../../system/path-text.ts";
import { type DiffEvent, type FileChange, MAX_ADDED } from "./diff-parser.ts";
import { type Diff, type DiffReader, type PathChoice, readStagedDiff } from "./diff-reader.ts";
import { isRegular } from "./store-files.ts";

/** From so many added files on, it is faster to read them than to let git print them as a patch. */
const MANY = 48;

/** As many paths are put on a line for git. */
const MOST_PATHS = 200;

/** How many bytes git looks at to tell binary files from text. */
const BINARY_PROBE = 8000;

type PatchEvent = Exclude<DiffEvent, { kind: "files" }>;

/**
 * The diff of `readStagedDiff`. Of many added files, those that the work tree has with the same content are read from
 * there; their content is compared with git's id for it.
 */
export function readStagedFiles(
  directory: string,
  revision?: string,
  paths: readonly string[] = [],
): DiffReader {
  return new StagedReader((choice) => readStagedDiff(directory, revision, choice), directory, paths);
}

class StagedReader implements DiffReader {
  readonly #open: (choice: PathChoice) => DiffReader;
  readonly #directory: string;
  #reader: DiffReader;

  constructor(open: (choice: PathChoice) => DiffReader, directory: string, paths: readonly string[]) {
    this.#open = open;
    this.#directory = directory;
    this.#reader = open({ paths, asText: false });
  }

  async next(): Promise<Diff | undefined> {
    const diff = await this.#reader.next();
    if (!diff || diff.files.filter(isAdded).length < MANY) return diff;
    return { files: diff.files, patches: () => this.#patches(diff) };
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async *#patches(diff: Diff): AsyncGenerator<PatchEvent> {
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
    let patches = diff.patches();
    if (paths.length <= MOST_PATHS) {
      await this.#reader.close();
      if (paths.length === 0) return;
      this.#reader = this.#open({ paths, asText: false });
      patches = (await this.#reader.next())?.patches() ?? patches;
    }
    for await (const event of patches) {
      if (!read.has(event.kind === "patch" ? event.patch.path : event.newId)) yield event;
    }
  }

  /** What git would print of an added file. @returns `undefined` when the work tree does not have its content */
  #event({ path, newId }: FileChange): PatchEvent | undefined {
    const bytes = readSmall(join(this.#directory, path));
    if (!bytes || blobId(bytes, newId.length) !== newId) return undefined;
    if (bytes.subarray(0, BINARY_PROBE).includes(0)) return { kind: "binary", newId };
    return { kind: "patch", patch: { path, added: wholeFile(bytes), cut: false } };
  }
}

function isAdded({ status, newMode }: FileChange): boolean {
  return status === "A" && isRegular(newMode);
}

function readSmall(path: string): Uint8Array | undefined {
  try {
    const stats = lstatSync(systemPath(path));
    return stats.isFile() && stats.size <= MAX_ADDED ? readFileSync(systemPath(path)) : undefined;
  } catch {
    // It was removed, or its name is no text: git has its content.
    return undefined;
  }
}

/** Git's id of a blob. @param length of the id, which tells the hash */
function blobId(bytes: Uint8Array, length: number): string {
  const hash = createHash(length === 40 ? "sha1" : "sha256");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
