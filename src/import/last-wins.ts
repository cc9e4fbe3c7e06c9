import { displayName } from "../common/terminal-safe.ts";
import { MAX_ENTRIES, type Note, type ReadEntry, type ReadResult } from "./entry.ts";
import { InvalidImportError } from "./invalid-import.ts";
import { hasReference } from "./references.ts";

/**
 * Each name once, with its last value, in the order of their first lines; and the notes that every format has.
 *
 * @param notes what a reader has noticed itself
 * @throws InvalidImportError for too many names, and for values that are not Unicode text
 */
export function lastWins(entries: readonly ReadEntry[], notes: readonly Note[], file: string): ReadResult {
  if (entries.length > MAX_ENTRIES) {
    throw new InvalidImportError(file, [
      { line: undefined, message: `has more than ${MAX_ENTRIES} entries` },
    ]);
  }
  const broken = entries.filter(({ value }) => !value.isWellFormed());
  if (broken.length > 0) {
    throw new InvalidImportError(
      file,
      broken.map(({ name, line }) => ({
        line,
        message: `the value of "${displayName(name)}" is not valid Unicode text`,
      })),
    );
  }
  const byName = new Map<string, ReadEntry>();
  const duplicates: Note[] = [];
  for (const entry of entries) {
    const { name, line } = entry;
    if (byName.has(name)) duplicates.push({ kind: "duplicate", name, line });
    byName.set(name, entry);
  }
  const last = [...byName.values()];
  const empty = last.filter(({ value }) => value === "").map((entry) => note("empty", entry));
  const references = last.filter(({ value }) => hasReference(value)).map((entry) => note("reference", entry));
  return { entries: last, notes: inOrder([...notes, ...duplicates, ...empty, ...references]) };
}

function note(kind: Note["kind"], { name, line }: ReadEntry): Note {
  return { kind, name, line };
}

function inOrder(notes: readonly Note[]): Note[] {
  return notes.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
}
