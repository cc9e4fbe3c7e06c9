import { bufferOf } from "../../common/buffer-of.ts";
import { ownText } from "../../common/own-text.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { AUDIT_LOG_KEY, type StoreData } from "../store-data.ts";
import { readLines } from "./canonical-reader.ts";
import { validateEntries } from "./validation.ts";
import { areWrittenAs, isWrittenAs } from "./yaml-writer.ts";

const HEADING = Buffer.from(`\n${AUDIT_LOG_KEY}:\n`);
const ENTRY_START = Buffer.from("- ");

/**
 * The version of a store that was read last, to read the next one faster: most versions continue the audit log of the one
 * before, and differ from it in few other lines. What is equal is neither decoded, read nor checked again.
 */
export class KnownVersion {
  /** The bytes of the log's entries, at the start of a piece of memory that has room for more. */
  #log = Buffer.alloc(0);
  #length = 0;
  #store: StoreData | undefined;

  /** How many bytes of memory its log takes. */
  get size(): number {
    return this.#log.length;
  }

  /** Whether a store is what {@link read} returned last: its text is canonical. */
  isLast(store: StoreData): boolean {
    return this.#store === store;
  }

  /** @returns the store, `undefined` when the text is not canonical or not valid; see readCanonical */
  read(content: Uint8Array): StoreData | undefined {
    const bytes = bufferOf(content);
    const heading = bytes.indexOf(HEADING);
    const start = heading === -1 ? bytes.length : heading + HEADING.length;
    const known = this.#isContinued(bytes, start) ? this.#length : 0;
    const head = decodeUtf8(bytes.subarray(0, start));
    const rest = decodeUtf8(bytes.subarray(start + known));
    if (head === undefined || rest === undefined) return undefined;
    const read = readLines(head + rest);
    const entries = read.auditLog.map(ownText);
    const before = known > 0 ? (this.#store?.auditLog ?? []) : [];
    const store = { ...read, auditLog: [...before, ...entries] };
    // Each entry is written without regard to the others.
    if (!isWrittenAs(store, head, store.auditLog.length) || !areWrittenAs(entries, rest)) return undefined;
    if (validateEntries(store, this.#store).length > 0) return undefined;
    this.#keep(bytes.subarray(start + known), known);
    this.#store = store;
    return store;
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
