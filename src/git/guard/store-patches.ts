import { bufferOf } from "../../common/buffer-of.ts";
import type { Hunk } from "../../common/hunk.ts";
import type { FileChange, Patch } from "./diff-parser.ts";
import { isRegular } from "./file-mode.ts";

/** What a diff shows of a version of a store. */
export interface StorePatch {
  /** The id of the version that it changes; only zeros if there was no file. */
  readonly from: string;
  readonly hunks: readonly Hunk[];
  /** The lines that the hunks add, one after the other. */
  readonly added: Uint8Array;
}

/** Of diffs that are longer, in bytes, and of more stores in a commit, the versions are read as a whole. */
const LONGEST_PATCH = 64 * 1024;
const MOST_PATCHES = 64;

const NO_FILE = "000000";

/** Keeps the diffs of a commit to its stores until they are checked. */
export class StorePatches {
  readonly #patches = new Map<string, StorePatch>();

  /** @param change of the file, which the patch is of */
  add({ path, oldId, oldMode }: FileChange, { hunks, added: { bytes } }: Patch): void {
    if (!hunks || bytes.length > LONGEST_PATCH || this.#patches.size >= MOST_PATCHES) return;
    if (oldMode !== NO_FILE && !isRegular(oldMode)) return;
    // A copy: the lines are part of a larger piece of memory.
    this.#patches.set(path, { from: oldId, hunks, added: Buffer.from(bufferOf(bytes)) });
  }

  /** The diff to the version that the commit has. */
  of(path: string): StorePatch | undefined {
    return this.#patches.get(path);
  }
}
