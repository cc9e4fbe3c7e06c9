import { statSync } from "node:fs";
import { sha256Hex } from "../crypto/runtime-crypto.ts";
import { KeyFile } from "../store/key-file.ts";
import { readStoreBytes } from "../store/store-file.ts";

/**
 * How old a file's last change must be, in ms, before an unchanged time means an unchanged file: two writes within one
 * tick of the file system's clock have the same time (git's documentation, "racy-git").
 */
const SETTLED_MS = 2_000;

/** What a file's metadata say of its content. */
interface Stamp {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

interface Cached {
  readonly keyFile: KeyFile;
  readonly stamp: Stamp;
  /** Whether the file was last changed long enough before it was read. */
  readonly isSettled: boolean;
  /** SHA-256 of the content. */
  readonly hash: string;
}

/**
 * A store's file, parsed again when it changed: when its inode, size or time differ, and then its content. It keeps one
 * version, encrypted as it is in the file.
 */
export class CachedFile {
  readonly #path: string;
  readonly #shownPath: string;
  #cached: Cached | undefined;

  /** @param shownPath the path for messages */
  constructor(path: string, shownPath: string) {
    this.#path = path;
    this.#shownPath = shownPath;
  }

  /** The store as it is now. @throws PprotectError `store_missing`, `file_error`; InvalidStoreError, UnresolvedMergeError */
  read(): KeyFile {
    const stamp = stampOf(this.#path);
    const cached = this.#cached;
    if (stamp && cached?.isSettled && sameStamp(stamp, cached.stamp)) return cached.keyFile;
    const now = Date.now();
    const bytes = readStoreBytes(this.#path, this.#shownPath);
    const hash = sha256Hex(bytes);
    const keyFile = cached?.hash === hash ? cached.keyFile : KeyFile.parse(bytes, this.#shownPath);
    // The time before the read: what changes the file afterwards changes its stamp.
    this.#cached = stamp && { keyFile, stamp, hash, isSettled: isSettled(stamp, now) };
    return keyFile;
  }

  /** Forgets what was read. */
  clear(): void {
    this.#cached = undefined;
  }
}

function stampOf(path: string): Stamp | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stats) return undefined;
  const { dev: device, ino: inode, size, mtimeNs, ctimeNs } = stats;
  return { device, inode, size, mtimeNs, ctimeNs };
}

function sameStamp(a: Stamp, b: Stamp): boolean {
  return (
    a.device === b.device &&
    a.inode === b.inode &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}

function isSettled({ mtimeNs, ctimeNs }: Stamp, now: number): boolean {
  const latest = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
  return BigInt(now) * 1_000_000n - latest > BigInt(SETTLED_MS) * 1_000_000n;
}
