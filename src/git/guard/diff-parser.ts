import { unquotedPath } from "../../common/quoted-path.ts";
import type { LineRun, TextLines } from "../../scan/scan-text.ts";
import { ByteBuffer } from "./byte-buffer.ts";

/** A changed path, from git's raw format. The id of a side without the file is all zeros. */
export interface FileChange {
  readonly path: string;
  /** The old path, if git detected a rename or copy; otherwise the same. */
  readonly oldPath: string;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldId: string;
  readonly newId: string;
  /** Git's letter: A, M, D, R, C, T or U. */
  readonly status: string;
}

/** What a diff adds to one file. */
export interface Patch {
  readonly path: string;
  readonly added: TextLines;
  /** Whether more than {@link MAX_ADDED} was added: the rest is not in {@link added}. */
  readonly cut: boolean;
}

/** A diff starts with the list of its files; then come the added lines of each file that has some. */
export type DiffEvent =
  | { readonly kind: "files"; readonly files: readonly FileChange[] }
  | { readonly kind: "patch"; readonly patch: Patch }
  /** Git treats the file as binary, because of its bytes or its attributes: it prints no lines. */
  | { readonly kind: "binary"; readonly newId: string };

/** The most bytes that are read of what is added to one file. */
export const MAX_ADDED = 5 * 1024 * 1024;

const COMMIT_LINE = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const RAW_LINE = /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*\t(.*)$/;
const HUNK_LINE = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * Parses the output of `git diff --raw --patch`, line by line, as bytes: most of it is added lines, which are only collected.
 * Git quotes paths that need it, so no line is ambiguous, and hunks are read by their line counts, so no content can look
 * like a header.
 */
export class DiffParser {
  #files: FileChange[] | undefined = [];
  #newId = "";
  #path: string | undefined;
  readonly #added = new ByteBuffer();
  #runs: LineRun[] = [];
  /** How many lines were added, and the number that the next one has if it follows the last. */
  #count = 0;
  #expected = Number.NaN;
  #cut = false;
  #oldLeft = 0;
  #newLeft = 0;
  #number = 0;
  readonly #perCommit: boolean;

  /** @param perCommit whether each diff starts with a line that has its commit's id, as with `git diff-tree --stdin` */
  constructor(perCommit: boolean) {
    this.#perCommit = perCommit;
    if (perCommit) this.#files = undefined;
  }

  /**
   * Parses the next line.
   * @param start where it starts in `bytes`
   * @param end where its line feed is, or the text ends
   * @param events takes what the line completes
   */
  push(bytes: Buffer, start: number, end: number, events: DiffEvent[]): void {
    if (this.#oldLeft > 0 || this.#newLeft > 0) this.#content(bytes, start, end);
    else if (end > start) this.#header(bytes.toString("utf8", start, end), events);
  }

  /** Adds the events that are left at the end of the output. */
  end(events: DiffEvent[]): void {
    this.#endPatch(events);
    this.#endFiles(events);
  }

  #header(line: string, events: DiffEvent[]): void {
    if (line.startsWith("@@ ")) this.#hunk(line);
    else if (line.startsWith(":")) {
      const change = parseRaw(line);
      if (change) this.#files?.push(change);
    } else if (line.startsWith("diff --git ")) this.end(events);
    else if (line.startsWith("+++ ")) this.#path = pathOf(line.slice(4));
    else if (line.startsWith("index ")) this.#newId = /\.\.([0-9a-f]+)/.exec(line)?.[1] ?? "";
    else if (line.startsWith("Binary files ")) events.push({ kind: "binary", newId: this.#newId });
    else if (this.#perCommit && COMMIT_LINE.test(line)) {
      this.end(events);
      this.#files = [];
    }
  }

  #hunk(line: string): void {
    const [, oldCount = "1", start = "1", newCount = "1"] = HUNK_LINE.exec(line) ?? [];
    this.#oldLeft = Number(oldCount);
    this.#newLeft = Number(newCount);
    this.#number = Number(start);
  }

  #content(bytes: Uint8Array, start: number, end: number): void {
    const mark = start < end ? bytes[start] : undefined;
    if (mark === MINUS) this.#oldLeft--;
    else if (mark === PLUS) {
      this.#newLeft--;
      this.#add(bytes, start + 1, end);
      this.#number++;
    } else if (mark !== BACKSLASH) {
      this.#oldLeft--;
      this.#newLeft--;
      this.#number++;
    }
  }

  #add(bytes: Uint8Array, start: number, end: number): void {
    if (this.#added.length + end - start >= MAX_ADDED) {
      this.#cut = true;
      // Of a single line that is too long, the beginning is still scanned.
      if (this.#count > 0) return;
    }
    if (this.#number !== this.#expected) this.#runs.push({ at: this.#count, number: this.#number });
    this.#expected = this.#number + 1;
    this.#count++;
    this.#added.addLine(bytes, start, Math.min(end, start + MAX_ADDED));
  }

  #endPatch(events: DiffEvent[]): void {
    if (this.#path !== undefined && this.#count > 0) {
      const added = { bytes: this.#added.take(), runs: this.#runs };
      events.push({ kind: "patch", patch: { path: this.#path, added, cut: this.#cut } });
    }
    this.#path = undefined;
    this.#added.clear();
    this.#runs = [];
    this.#count = 0;
    this.#expected = Number.NaN;
    this.#cut = false;
    this.#newId = "";
  }

  #endFiles(events: DiffEvent[]): void {
    if (this.#files) events.push({ kind: "files", files: this.#files });
    this.#files = undefined;
  }
}

const PLUS = 43;
const MINUS = 45;
const BACKSLASH = 92;

function parseRaw(line: string): FileChange | undefined {
  const [, oldMode, newMode, oldId, newId, status, names] = RAW_LINE.exec(line) ?? [];
  if (!oldMode || !newMode || !oldId || !newId || !status || names === undefined) return undefined;
  const [first = "", second] = names.split("\t").map(unquotedPath);
  return { path: second ?? first, oldPath: first, oldMode, newMode, oldId, newId, status };
}

/** The path of a `+++` line; git puts a tab after a path with spaces. */
function pathOf(text: string): string | undefined {
  const name = unquotedPath(text.endsWith("\t") ? text.slice(0, -1) : text);
  return name === "/dev/null" ? undefined : name.slice("b/".length);
}
