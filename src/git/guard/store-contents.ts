import { bufferOf } from "../../common/buffer-of.ts";
import type { Eventual } from "../../common/eventual.ts";
import { AUDIT_LOG_KEY, CUSTODIANS_KEY } from "../../store/store-data.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { FileChange, Patch } from "./diff-parser.ts";
import { isRegular } from "./file-mode.ts";

const KEYS = [CUSTODIANS_KEY, AUDIT_LOG_KEY];
const ROOT_KEYS = KEYS.map((key) => new RegExp(`^(["']?)${key}\\1[ \\t]*:`, "m"));

/** A set of {@link KEYS}, a bit for each. */
type Keys = number;
const NO_KEY: Keys = 0;
const ALL_KEYS: Keys = 2 ** KEYS.length - 1;

/**
 * Decides by the contents of files whether they are stores. Each line of a content is in the one before it or added by the
 * diff between them, so most are known to lack a root key of a store without being read.
 */
export class StoreContents {
  readonly #blobs: BlobReader;
  /** By id: the keys that a content may have. */
  readonly #keys = new Map<string, Keys>();
  /** By both ids: the keys in the lines that a diff adds. */
  readonly #added = new Map<string, Keys>();
  readonly #holdsStore = new Map<string, Promise<boolean>>();

  constructor(blobs: BlobReader) {
    this.#blobs = blobs;
  }

  /** Takes the diff of a change that will be asked about. */
  learn(change: FileChange, { added, cut }: Patch): void {
    if (!cut) this.#added.set(keyOf(change), keysIn(bufferOf(added.bytes)));
  }

  /** Whether a file is a store before a change or after it: one that lost a root key is still a store. */
  isStore(change: FileChange): Eventual<boolean> {
    const before = this.#keysBefore(change);
    const after = this.#keysAfter(change, before);
    return before === ALL_KEYS || after === ALL_KEYS ? this.#read(change) : false;
  }

  #keysBefore({ oldMode, oldId }: FileChange): Keys {
    return isRegular(oldMode) ? (this.#keys.get(oldId) ?? ALL_KEYS) : NO_KEY;
  }

  #keysAfter(change: FileChange, before: Keys): Keys {
    const key = keyOf(change);
    const added = this.#added.get(key) ?? ALL_KEYS;
    this.#added.delete(key);
    if (!isRegular(change.newMode)) return NO_KEY;
    const keys = (this.#keys.get(change.newId) ?? ALL_KEYS) & (before | added);
    this.#keys.set(change.newId, keys);
    return keys;
  }

  async #read({ newMode, newId, oldMode, oldId }: FileChange): Promise<boolean> {
    const [after, before] = await Promise.all([
      isRegular(newMode) && this.#holds(newId),
      isRegular(oldMode) && this.#holds(oldId),
    ]);
    return after || before;
  }

  #holds(id: string): Promise<boolean> {
    let answer = this.#holdsStore.get(id);
    if (!answer) {
      answer = this.#blobs
        .read(id, MAX_FILE_BYTES)
        .then((bytes) => bytes !== undefined && this.#take(id, bytes));
      this.#holdsStore.set(id, answer);
    }
    return answer;
  }

  #take(id: string, bytes: Uint8Array): boolean {
    // The rest of a longer file is not known.
    if (bytes.length < MAX_FILE_BYTES) this.#keys.set(id, keysIn(bufferOf(bytes)));
    return holdsStore(bytes);
  }
}

function keyOf({ oldId, newId }: FileChange): string {
  return `${oldId} ${newId}`;
}

function keysIn(bytes: Buffer): Keys {
  return KEYS.reduce((keys, key, index) => (bytes.includes(key) ? keys | (1 << index) : keys), NO_KEY);
}

/** Whether the content of a YAML file has the root keys of a store. */
export function holdsStore(content: Uint8Array): boolean {
  const bytes = bufferOf(content);
  // Only texts with both names are decoded.
  return keysIn(bytes) === ALL_KEYS && looksLikeStore(bytes.toString("latin1"));
}

/** Whether a YAML text has the root keys of a store. */
export function looksLikeStore(text: string): boolean {
  return KEYS.every((key) => text.includes(key)) && ROOT_KEYS.every((key) => key.test(text));
}
