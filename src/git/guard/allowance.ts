import { bufferOf } from "../../common/buffer-of.ts";
import { whenThere } from "../../common/eventual.ts";
import type { IgnoreRules } from "../../scan/ignore-rules.ts";
import type { TextLines } from "../../scan/scan-text.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { PatchEvent } from "./diff-parser.ts";
import type { Diff, DiffReader } from "./diff-reader.ts";
import type { Subject } from "./subject.ts";

/** What lets findings pass, where the commits that are checked do not decide that themselves. */
export interface Allowance {
  /** In place of each commit's `.pprotectignore`. */
  readonly ignore: IgnoreRules;
  /** Whether `pprotect:allow` in a line counts. */
  readonly markers: boolean;
}

const MARKER = "pprotect:allow";
/** In the encodings that are scanned. */
const MARKERS = [
  Buffer.from(MARKER),
  Buffer.from(MARKER, "utf16le"),
  Buffer.from(MARKER, "utf16le").swap16(),
] as const;

/** The same bytes without a marker that counts: in each, a letter is another one. */
export function withoutMarkers(bytes: Uint8Array): Uint8Array {
  const found = MARKERS.filter((marker) => bufferOf(bytes).includes(marker));
  if (found.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  for (const marker of found) {
    const letter = marker.indexOf("p");
    for (let at = copy.indexOf(marker); at !== -1; at = copy.indexOf(marker, at))
      copy[at + letter] = "q".charCodeAt(0);
  }
  return copy;
}

/** A reader of contents in which no marker counts. */
export function readWithoutMarkers(blobs: BlobReader): BlobReader {
  return {
    close: () => blobs.close(),
    async read(name, limit) {
      const bytes = await blobs.read(name, limit);
      return bytes && withoutMarkers(bytes);
    },
  };
}

/** The same subject, in which no marker counts. */
export function subjectWithoutMarkers(subject: Subject): Subject {
  return {
    ...subject,
    next: () => whenThere(subject.next(), diffWithoutMarkers),
    asText: (paths) => readerWithoutMarkers(subject.asText(paths)),
  };
}

function readerWithoutMarkers(reader: DiffReader): DiffReader {
  return { close: () => reader.close(), next: () => whenThere(reader.next(), diffWithoutMarkers) };
}

function diffWithoutMarkers(diff: Diff | undefined): Diff | undefined {
  return (
    diff && {
      files: diff.files,
      patches() {
        const next = diff.patches();
        return () => whenThere(next(), eventWithoutMarkers);
      },
    }
  );
}

function eventWithoutMarkers(event: PatchEvent | undefined): PatchEvent | undefined {
  if (event?.kind !== "patch") return event;
  const { patch } = event;
  return { kind: "patch", patch: { ...patch, added: linesWithoutMarkers(patch.added) } };
}

function linesWithoutMarkers({ bytes, runs }: TextLines): TextLines {
  return { bytes: withoutMarkers(bytes), runs };
}
