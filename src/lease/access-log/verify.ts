import { type AccessEntry, lineHash, parseEntry } from "./entry.ts";

/** A place in the log where the chain breaks. */
export interface ChainBreak {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly problem: "not an entry" | "not the next number" | "the entry before it was changed or removed";
}

/** What the chain of hashes shows, and what it cannot: entries removed at the end, or all of it written again. */
export interface Verification {
  readonly entries: number;
  /** The number of the oldest entry that is kept; more than 1 when older ones were rotated away. */
  readonly first: number | undefined;
  readonly breaks: readonly ChainBreak[];
  /** Lines that were cut off by a crash while they were written, and that the next entry passed over. */
  readonly cut: readonly { readonly file: string; readonly line: number }[];
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/** @param files name and text of each file of the log, oldest first */
export function verifyChain(files: readonly (readonly [name: string, text: string])[]): Verification {
  const breaks: ChainBreak[] = [];
  const cut: Place[] = [];
  let suspects: Place[] = [];
  let last: { readonly seq: number; readonly text: string } | undefined;
  let first: number | undefined;
  let entries = 0;
  for (const { file, line, text } of linesOf(files)) {
    const entry = parseEntry(text);
    if (!entry) {
      suspects.push({ file, line });
      continue;
    }
    entries += 1;
    const problem = problemOf(entry, last);
    // A line that an unbroken chain passes over was never an entry. Before the first entry that is kept, nothing says so.
    const passedOver = problem === undefined && (last !== undefined || entry.seq === 1);
    if (passedOver) cut.push(...suspects);
    else breaks.push(...suspects.map((each) => notAnEntry(each)));
    if (problem) breaks.push({ file, line, problem });
    suspects = [];
    first ??= entry.seq;
    last = { seq: entry.seq, text };
  }
  const [unfinished, ...others] = suspects.toReversed();
  if (unfinished) cut.push(unfinished);
  breaks.push(...others.map((each) => notAnEntry(each)));
  return { entries, first, breaks, cut };
}

function problemOf(
  { seq, prev }: AccessEntry,
  last: { readonly seq: number; readonly text: string } | undefined,
): ChainBreak["problem"] | undefined {
  const changed = "the entry before it was changed or removed";
  // The very first entry has nothing before it, and says so; before the first that is kept, nothing can be compared.
  if (!last) return (seq === 1) === (prev === "") ? undefined : changed;
  if (prev !== lineHash(last.text)) return changed;
  return seq === last.seq + 1 ? undefined : "not the next number";
}

function notAnEntry(place: Place): ChainBreak {
  return { ...place, problem: "not an entry" };
}

function* linesOf(
  files: readonly (readonly [string, string])[],
): Generator<{ file: string; line: number; text: string }> {
  for (const [file, content] of files) {
    for (const [index, text] of content.split("\n").entries()) {
      if (text !== "") yield { file, line: index + 1, text };
    }
  }
}
