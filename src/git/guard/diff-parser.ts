import type { Hunk } from "../../common/hunk.ts";
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
  /** The lines of before that the added ones replace, where git was asked for the changes to a version. */
  readonly hunks?: readonly Hunk[];
}

/** A diff starts with the list of its files; then come the added lines of each file that has some. */
export type DiffEvent =
  | { readonly kind: "files"; readonly files: readonly FileChange[] }
  | { readonly kind: "patch"; readonly patch: Patch }
  /** Git treats the file as binary, because of its bytes or its attributes: it prints no lines. */
  | { readonly kind: "binary"; readonly newId: string };

/** What comes after the list of files. */
export type PatchEvent = Exclude<DiffEvent, { kind: "files" }>;

/** The most bytes that are read of what is added to one file. */
export const MAX_ADDED = 5 * 1024 * 1024;

const COMMIT_LINE = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const RAW_LINE = /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*\t(.*)$/;
const HUNK_LINE = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * Parses the output of `git diff --raw --patch`, line by line, as bytes: most of it is added lines, which are only collected.
 * Git quotes paths that need it, so no line is ambiguous, and hunks are read by their line counts, so no content can look
 * like a header.
 */
export class DiffParser {
  #files: FileChange[] | undefined = [];
  /** The line with the ids of both sides. */
  #index = "";
  #path: string | undefined;
  readonly #added = new ByteBuffer();
  #runs: LineRun[] = [];
  #hunks: Hunk[] = [];
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
   * Parses all lines that end in a part of the output.
   * @param start where the first one starts
   * @returns where the line starts that does not end in it
   */
  pushLines(bytes: Buffer, start: number, events: DiffEvent[]): number {
    let at = start;
    while (at < bytes.length) {
      if (this.#newLeft > 0) at = this.#addLines(bytes, at);
      const feed = bytes.indexOf(LINE_FEED, at);
      if (feed === -1) break;
      this.push(bytes, at, feed, events);
      at = feed + 1;
    }
    return at;
  }

  /**
   * Parses the next line.
   * @param start where it starts in `bytes`
   * @param end where its line feed is, or the text ends
   * @param events takes what the line completes
   */
  push(bytes: Buffer, start: number, end: number, events: DiffEvent[]): void {
    if (this.#oldLeft > 0 || this.#newLeft > 0) this.#content(bytes, start, end);
    else if (end > start) this.#header(bytes, start, end, events);
  }

  /** Adds the events that are left at the end of the output. */
  end(events: DiffEvent[]): void {
    this.#endPatch(events);
    this.#endFiles(events);
  }

  #header(bytes: Buffer, start: number, end: number, events: DiffEvent[]): void {
    // The name of before says nothing that is not in the list of files.
    if (bytes[start] === MINUS) return;
    const line = bytes.toString("utf8", start, end);
    if (line.startsWith("@@ ")) this.#hunk(line);
    else if (line.startsWith(":")) {
      const change = parseRaw(line);
      if (change) this.#files?.push(change);
    } else if (line.startsWith("diff --git ")) this.end(events);
    else if (line.startsWith("+++ ")) this.#path = pathOf(line.slice(4));
    else if (line.startsWith("index ")) this.#index = line;
    else if (line.startsWith("Binary files ")) events.push({ kind: "binary", newId: newIdOf(this.#index) });
    else if (this.#perCommit && COMMIT_LINE.test(line)) {
      this.end(events);
      this.#files = [];
    }
  }

  #hunk(line: string): void {
    const [, oldStart = "1", oldCount = "1", start = "1", newCount = "1"] = HUNK_LINE.exec(line) ?? [];
    const removed = Number(oldCount);
    this.#oldLeft = removed;
    this.#newLeft = Number(newCount);
    this.#number = Number(start);
    // Where nothing is removed, git gives the line before.
    const at = Number(oldStart) - (removed === 0 ? 0 : 1);
    this.#hunks.push({ at, removed, added: this.#newLeft });
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

  /** Added lines that follow each other, all at once. @returns where the line after them starts */
  #addLines(bytes: Uint8Array, start: number): number {
    // Near the limit, each line is looked at.
    if (this.#added.length + bytes.length - start >= MAX_ADDED) return start;
    const { count, next } = this.#added.addMarked(bytes, start, PLUS, this.#newLeft);
    if (count === 0) return start;
    this.#startRun();
    this.#newLeft -= count;
    this.#count += count;
    this.#number += count;
    this.#expected = this.#number;
    return next;
  }

  #add(bytes: Uint8Array, start: number, end: number): void {
    if (this.#added.length + end - start >= MAX_ADDED) {
      this.#cut = true;
      // Of a single line that is too long, the beginning is still scanned.
      if (this.#count > 0) return;
    }
    this.#startRun();
    this.#expected = this.#number + 1;
    this.#count++;
    this.#added.addLine(bytes, start, Math.min(end, start + MAX_ADDED));
  }

  /** Starts a run, if the next line does not follow the last one. */
  #startRun(): void {
    if (this.#number !== this.#expected) this.#runs.push({ at: this.#count, number: this.#number });
  }

  #endPatch(events: DiffEvent[]): void {
    if (this.#path !== undefined && this.#count > 0) {
      const added = { bytes: this.#added.take(), runs: this.#runs };
      const patch = { path: this.#path, added, cut: this.#cut, hunks: this.#hunks };
      events.push({ kind: "patch", patch });
    }
    this.#path = undefined;
    this.#added.clear();
    this.#runs = [];
    this.#hunks = [];
    this.#count = 0;
    this.#expected = Number.NaN;
    this.#cut = false;
    this.#index = "";
  }

  #endFiles(events: DiffEvent[]): void {
    if (this.#files) events.push({ kind: "files", files: this.#files });
    this.#files = undefined;
  }
}

const LINE_FEED = 10;
const PLUS = 43;
const MINUS = 45;
const BACKSLASH = 92;

/** The id in an `index` line. */
function newIdOf(line: string): string {
  return /\.\.([0-9a-f]+)/.exec(line)?.[1] ?? "";
}

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
