import { basename, dirname } from "node:path/posix";
import { type BaselineEntry, entryFor, entryKey, type LocatedEntry } from "./baseline-file.ts";
import { type Finding, MESSAGE_PATH } from "./finding.ts";

/** Whether a file exists in the version that is checked. */
export type FileExists = (path: string) => boolean | Promise<boolean>;

/** An entry that accepts a finding. */
export interface Acceptance {
  readonly entry: LocatedEntry;
  /** Whether the change that is checked adds the entry, or raises its count; `undefined` where no earlier baseline is known. */
  readonly isNew: boolean | undefined;
}

/** The findings that a project has accepted. */
export class Baseline {
  /** The file's name. */
  readonly file: string;
  readonly entries: readonly LocatedEntry[];
  readonly #byKey: ReadonlyMap<string, LocatedEntry>;
  readonly #byLine: ReadonlyMap<string, readonly LocatedEntry[]>;
  readonly #before: ReadonlyMap<string, BaselineEntry> | undefined;
  readonly #used = new Set<LocatedEntry>();

  /** @param before the entries before a change; without them, it is not known which are new */
  constructor(file: string, entries: readonly LocatedEntry[], before?: readonly BaselineEntry[]) {
    this.file = file;
    this.entries = entries;
    this.#byKey = new Map(entries.map((entry) => [entryKey(entry), entry]));
    this.#byLine = Map.groupBy(entries, lineKey);
    this.#before = before && new Map(before.map((entry) => [entryKey(entry), entry]));
  }

  /** The entries that have accepted nothing. */
  get unused(): readonly LocatedEntry[] {
    return this.entries.filter((entry) => !this.#used.has(entry));
  }

  /**
   * Accepts findings of one commit, or of all files: by each entry as many as its count says. A finding in another file than
   * the entry's is accepted where the file was moved: the entry's does not exist any more, and the other has the same name
   * or is in the same directory.
   *
   * @returns a function that says by which entry a finding is accepted
   */
  version(exists: FileExists): (finding: Finding) => Promise<Acceptance | undefined> {
    const taken = new Map<LocatedEntry, number>();
    const take = (entry: LocatedEntry | undefined): Acceptance | undefined => {
      const count = (entry && taken.get(entry)) ?? 0;
      if (!entry || count >= entry.count) return undefined;
      taken.set(entry, count + 1);
      this.#used.add(entry);
      return { entry, isNew: this.#isNew(entry) };
    };
    return async (finding) => {
      const wanted = entryFor(finding);
      if (!wanted) return undefined;
      const same = take(this.#byKey.get(entryKey(wanted)));
      if (same) return same;
      for (const entry of this.#byLine.get(lineKey(wanted)) ?? []) {
        if (!mayBeMoved(entry.path, wanted.path) || (await exists(entry.path))) continue;
        const moved = take(entry);
        if (moved) return moved;
      }
      return undefined;
    };
  }

  #isNew(entry: LocatedEntry): boolean | undefined {
    return this.#before && (this.#before.get(entryKey(entry))?.count ?? 0) < entry.count;
  }
}

function lineKey({ rule, hash }: Pick<BaselineEntry, "rule" | "hash">): string {
  return `${rule} ${hash}`;
}

function mayBeMoved(from: string, to: string): boolean {
  if (from === MESSAGE_PATH || to === MESSAGE_PATH) return false;
  return from !== to && (basename(from) === basename(to) || dirname(from) === dirname(to));
}

/** The entries that a baseline has more than it had, or with a higher count. */
export function addedEntries(
  entries: readonly LocatedEntry[],
  before: readonly BaselineEntry[],
): readonly LocatedEntry[] {
  const counts = new Map(before.map((entry) => [entryKey(entry), entry.count]));
  return entries.filter((entry) => (counts.get(entryKey(entry)) ?? 0) < entry.count);
}
