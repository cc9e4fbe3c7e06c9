import { withoutLayout } from "../../scan/fingerprint.ts";
import { addedLinesOf, type TextLines, wholeFile } from "../../scan/scan-text.ts";
import type { BlobReader } from "../process/cat-file.ts";
import { MAX_ADDED } from "./diff-parser.ts";

/** Compares what is added to a file with the lines that earlier versions have. Each version is read once. */
export class FormerLines {
  readonly #blobs: BlobReader;
  readonly #parents: readonly string[];
  readonly #texts: ReadonlyMap<number, string>;
  readonly #byPath = new Map<string, Promise<readonly Former[]>>();

  /**
   * @param parents the versions before
   * @param added what is added, if it is text
   */
  constructor(blobs: BlobReader, parents: readonly string[], added: TextLines | undefined) {
    this.#blobs = blobs;
    this.#parents = parents;
    this.#texts = new Map((added ? addedLinesOf(added) : []).map(({ number, text }) => [number, text]));
  }

  /**
   * Whether no earlier version has an added line, so that it is not one that was moved or indented. For a file that is not text,
   * this is not known, and the answer is no.
   *
   * @param number of the line in what is added
   * @param paths of the file, now and before
   */
  async lack(number: number, paths: readonly string[]): Promise<boolean> {
    const text = this.#texts.get(number);
    if (text === undefined || this.#parents.length === 0) return false;
    return lacksLine(text, (await Promise.all([...new Set(paths)].map((path) => this.#of(path)))).flat());
  }

  #of(path: string): Promise<readonly Former[]> {
    const known = this.#byPath.get(path);
    if (known) return known;
    const reading = Promise.all(
      this.#parents.map((parent) => this.#blobs.read(`${parent}:${path}`, MAX_ADDED)),
    ).then((versions) => Promise.all(versions.flatMap((bytes) => (bytes ? [linesIn(bytes)] : []))));
    this.#byPath.set(path, reading);
    return reading;
  }
}

/** The lines of an earlier version, without their indentation; `undefined`: it is no text. */
export type Former = ReadonlySet<string> | undefined;

/** @param former if there are none, the file was not there */
export function lacksLine(line: string, former: readonly Former[]): boolean {
  const wanted = withoutLayout(line);
  return former.every((lines) => lines !== undefined && !lines.has(wanted));
}

/** The lines of a file, in UTF-8 or UTF-16. */
export async function linesIn(bytes: Uint8Array): Promise<Former> {
  const isText = !bytes.includes(0);
  const lines = isText ? wholeFile(bytes) : (await import("../../scan/scan-bytes.ts")).decodedLines(bytes);
  return lines && new Set(addedLinesOf(lines).map(({ text }) => withoutLayout(text)));
}
