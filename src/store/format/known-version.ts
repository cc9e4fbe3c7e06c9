import { bufferOf } from "../../common/buffer-of.ts";
import { countLines, type Hunk, lineStart, withHunks } from "../../common/hunk.ts";
import { ownText } from "../../common/own-text.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { AUDIT_LOG_KEY, type StoreData } from "../store-data.ts";
import { readCanonical, readLines } from "./canonical-reader.ts";
import { secretLines, withValues } from "./secret-lines.ts";
import { validateEntries } from "./validation.ts";
import { areWrittenAs, isWrittenAs } from "./yaml-writer.ts";

const HEADING_LINE = `${AUDIT_LOG_KEY}:\n`;
const HEADING = Buffer.from(`\n${HEADING_LINE}`);
const ENTRY_START = Buffer.from("- ");

/** The text before the log is kept if it is not longer, in bytes: a large store is read again instead. */
const LONGEST_HEAD = 64 * 1024;

/** What comes before the entries of the log, to be changed line by line. */
interface Head {
  readonly bytes: Buffer;
  readonly lines: number;
  readonly sections: ReturnType<typeof secretLines>;
}

/**
 * The version of a store that was read last, to read the next one faster: most versions continue the audit log of the one
 * before, and differ from it in few other lines. What is equal is neither decoded, read nor checked again.
 */
export class KnownVersion {
  /** The bytes of the log's entries, at the start of a piece of memory that has room for more. */
  #log = Buffer.alloc(0);
  #length = 0;
  #store: StoreData | undefined;
  /** The text before the entries; nothing if it is long, or there are none. */
  #headBytes: Buffer | undefined;
  /** Of {@link #headBytes}, and the lines of the log: learned when they are needed first. */
  #head: Head | undefined;
  #logLines = 0;

  /** How many bytes of memory its text takes. */
  get size(): number {
    return this.#log.length + (this.#headBytes?.length ?? 0);
  }

  /** Whether a store is what was returned last: its text is canonical. */
  isLast(store: StoreData): boolean {
    return this.#store === store;
  }

  /** @returns the store, `undefined` when the text is not canonical or not valid; see readCanonical */
  read(content: Uint8Array): StoreData | undefined {
    const bytes = bufferOf(content);
    const heading = bytes.indexOf(HEADING);
    const start = heading === -1 ? bytes.length : heading + HEADING.length;
    const known = this.#isContinued(bytes, start) ? this.#length : 0;
    const store = known > 0 ? this.#continued(bytes, start) : wholeStore(bytes);
    if (!store) return undefined;
    if (validateEntries(store, this.#store).length > 0) return undefined;
    this.#keep(bytes.subarray(start + known), known);
    const isShort = heading !== -1 && start <= LONGEST_HEAD;
    this.#headBytes = isShort ? Buffer.from(bytes.subarray(0, start)) : undefined;
    this.#head = undefined;
    this.#store = store;
    return store;
  }

  /**
   * Reads a version that is the known one with other lines, by these alone.
   *
   * @param hunks in the order of the text
   * @param added the lines that they add, one after the other
   * @param isRight gets the text of the new version in parts, and returns whether it is that of the wanted one
   * @returns `undefined` when that cannot be done: the version is to be read as a whole
   */
  readChanged(
    hunks: readonly Hunk[],
    added: Uint8Array,
    isRight: (parts: readonly Uint8Array[]) => boolean,
  ): StoreData | undefined {
    const store = this.#store;
    const head = this.#headToChange();
    const last = hunks.at(-1);
    if (!store || !head || !last) return undefined;
    const isContinued = last.at === head.lines + this.#logLines && last.removed === 0;
    const inHead = isContinued ? hunks.slice(0, -1) : hunks;
    // The heading of the log stays, and all of its entries.
    if (inHead.some(({ at, removed }) => at + removed >= head.lines)) return undefined;
    const bytes = bufferOf(added);
    const end = lineStart(
      bytes,
      inHead.reduce((lines, hunk) => lines + hunk.added, 0),
    );
    const rest = bytes.subarray(end);
    if (end === -1 || (rest.length > 0 && !rest.subarray(0, ENTRY_START.length).equals(ENTRY_START)))
      return undefined;
    const changes = bytes.subarray(0, end);
    const newHead = inHead.length === 0 ? head.bytes : withHunks(head.bytes, inHead, changes);
    if (!newHead || !isRight([newHead, this.#log.subarray(0, this.#length), rest])) return undefined;
    const entries = entriesIn(rest);
    if (!entries) return undefined;
    // Faster than to spread both: a log may have thousands of entries.
    const auditLog = entries.length === 0 ? store.auditLog : store.auditLog.concat(entries);
    const values =
      inHead.length === 0
        ? store
        : head.sections && withValues(store, head.sections, head.bytes, inHead, changes);
    const read = values ?? this.#readHead(newHead, auditLog);
    if (!read) return undefined;
    this.#keep(rest, this.#length);
    this.#logLines += countLines(rest);
    this.#headBytes = newHead;
    this.#head = values ? { ...head, bytes: newHead } : undefined;
    this.#store = { ...read, auditLog };
    return this.#store;
  }

  /** @returns `undefined` when the text before the known entries, or after them, is not canonical */
  #continued(bytes: Buffer, start: number): StoreData | undefined {
    const head = decodeUtf8(bytes.subarray(0, start));
    const entries = entriesIn(bytes.subarray(start + this.#length));
    if (head === undefined || !entries) return undefined;
    const store = { ...readLines(head), auditLog: [...(this.#store?.auditLog ?? []), ...entries] };
    // Each entry is written without regard to the others.
    return isWrittenAs(store, head, store.auditLog.length) ? store : undefined;
  }

  #headToChange(): Head | undefined {
    const bytes = this.#headBytes;
    if (this.#head || !bytes || !this.#store) return this.#head;
    const lines = countLines(bytes);
    this.#head = { bytes, lines, sections: secretLines(this.#store, lines) };
    this.#logLines = countLines(this.#log.subarray(0, this.#length));
    return this.#head;
  }

  /** @returns `undefined` when the text is not canonical or not valid */
  #readHead(bytes: Buffer, auditLog: readonly string[]): StoreData | undefined {
    const head = decodeUtf8(bytes);
    if (head === undefined || bytes.length > LONGEST_HEAD) return undefined;
    const store = { ...readLines(head), auditLog };
    if (!isWrittenAs(store, head, auditLog.length)) return undefined;
    return validateEntries(store, this.#store).length > 0 ? undefined : store;
  }

  /** Keeps a copy of the log: its first bytes are those that are kept already. */
  #keep(rest: Buffer, known: number): void {
    const length = known + rest.length;
    if (length > this.#log.length || 4 * length < this.#log.length) {
      const before = this.#log;
      this.#log = Buffer.allocUnsafeSlow(2 * length);
      before.copy(this.#log, 0, 0, known);
    }
    rest.copy(this.#log, known);
    this.#length = length;
  }

  /** Whether the text has the known entries from a place on. */
  #isContinued(bytes: Buffer, start: number): boolean {
    const length = this.#length;
    const end = start + length;
    if (length === 0 || end > bytes.length || bytes.compare(this.#log, 0, length, start, end) !== 0)
      return false;
    return end === bytes.length || bytes.subarray(end, end + ENTRY_START.length).equals(ENTRY_START);
  }
}

/** A store whose log is not known. @returns `undefined` when its text is not canonical */
function wholeStore(bytes: Uint8Array): StoreData | undefined {
  const text = decodeUtf8(bytes);
  const store = text === undefined ? undefined : readCanonical(text);
  return store && { ...store, auditLog: store.auditLog.map(ownText) };
}

/** The entries of an audit log. @returns `undefined` when their text is not canonical */
function entriesIn(bytes: Uint8Array): readonly string[] | undefined {
  if (bytes.length === 0) return [];
  const text = decodeUtf8(bytes);
  if (text === undefined) return undefined;
  const entries = readLines(HEADING_LINE + text).auditLog;
  return areWrittenAs(entries, text) ? entries.map(ownText) : undefined;
}
