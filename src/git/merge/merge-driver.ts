import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import type { Creds } from "../../store/credentials.ts";
import { parseStore } from "../../store/format/parse.ts";
import { validateEntries } from "../../store/format/validation.ts";
import { writeStore } from "../../store/format/yaml-writer.ts";
import { EMPTY_STORE, type StoreData } from "../../store/store-data.ts";
import { writeAtomically } from "../../system/atomic-write.ts";
import { fileError } from "../../system/file-error.ts";
import { type Conflict, describeConflict } from "./conflict.ts";
import { markConflicts } from "./conflict-markers.ts";
import { keyGrants } from "./key-grants.ts";
import { mergeCredentials, NO_CREDENTIALS } from "./merge-credentials.ts";
import { mergeStores } from "./merge-stores.ts";
import { textMerge } from "./text-merge.ts";
import type { StoreVersions } from "./versions.ts";

/** What git passes to a merge driver (gitattributes(5), "Defining a custom merge driver"). */
export interface DriverInput {
  /** %O: a file with the common ancestor; empty when there is none. */
  readonly base: string;
  /** %A: a file with our version; the result goes into it. */
  readonly ours: string;
  /** %B: a file with their version. */
  readonly theirs: string;
  /** %L: characters in a conflict marker. */
  readonly markerSize: number;
  /** %P: the store's path in the repository, for messages. */
  readonly path: string;
  /** Credentials that were given without a prompt. */
  readonly creds: Creds | undefined;
}

export interface DriverResult {
  readonly clean: boolean;
  /** What is left to decide. */
  readonly conflicts: readonly Conflict[];
  /** Versions that are not stores, for which git's text merge was tried. */
  readonly problems: readonly string[];
  /** Who got a domain's key by the merge, a sentence each. */
  readonly grants: readonly string[];
  /** What the file holds now, where a version is not a store. */
  readonly fallback: string | undefined;
  /** Lines for standard error. */
  readonly report: readonly string[];
}

/**
 * Merges one store for git and writes the result where git expects it.
 *
 * A version that is not a store leaves the file as git's own text merge would, and is never clean.
 * @throws PprotectError `file_error`
 */
export async function runMergeDriver(input: DriverInput): Promise<DriverResult> {
  const ours = readVersion(input.ours, "our version");
  const theirs = readVersion(input.theirs, "their version");
  const base = readVersion(input.base, "the common ancestor", true);
  if ("problem" in ours || "problem" in theirs) {
    return mergeAsText(
      input,
      [ours, theirs].flatMap((version) => ("problem" in version ? [version.problem] : [])),
    );
  }
  // Without a readable ancestor every difference counts as a change of both sides: more conflicts, no loss.
  const baseStore = "problem" in base ? EMPTY_STORE : base.store;
  const notes =
    "problem" in base ? [`pprotect: ${displayName(input.path)}: ${base.problem}; merging without it`] : [];
  const result = mergeByMeaning({ base: baseStore, ours: ours.store, theirs: theirs.store }, input);
  return { ...result, report: [...notes, ...result.report] };
}

async function mergeAsText(input: DriverInput, problems: readonly string[]): Promise<DriverResult> {
  const failure = await textMerge(input);
  const fallback =
    failure === undefined
      ? "fell back to a line-based merge; fix the file by hand, then run `pprotect check`"
      : `left as our version, because the line-based merge failed too: ${escapeUnprintable(failure)}`;
  return {
    clean: false,
    conflicts: [],
    problems,
    grants: [],
    fallback,
    report: [...problems, fallback].map((line) => `pprotect: ${displayName(input.path)}: ${line}`),
  };
}

function mergeByMeaning(
  versions: StoreVersions,
  { ours, markerSize, path, creds }: DriverInput,
): DriverResult {
  const credentials = creds ? mergeCredentials(creds, versions) : NO_CREDENTIALS;
  const { store, conflicts } = mergeStores(versions, { credentials, decide: () => undefined });
  if (conflicts.length === 0) {
    const [broken] = validateEntries(store);
    if (broken)
      throw new PprotectError(
        "invalid_store",
        `${displayName(path)}: the merge would be invalid: ${broken.message}`,
      );
    replace(ours, writeStore(store));
    const grants = keyGrants(versions, store);
    return {
      clean: true,
      conflicts,
      problems: [],
      grants,
      fallback: undefined,
      report: grants.map((grant) => `pprotect: ${displayName(path)}: ${grant}`),
    };
  }
  replace(ours, markConflicts(versions, markerSize));
  const helps = creds === undefined && conflicts.some(({ credentials }) => credentials !== "useless");
  const hint = helps ? "; some conflicts can be resolved automatically with an owner's credentials" : "";
  return {
    clean: false,
    conflicts,
    problems: [],
    grants: [],
    fallback: undefined,
    report: [
      ...conflicts.map(
        (conflict) => `pprotect: conflict in ${displayName(path)}: ${describeConflict(conflict)}`,
      ),
      `pprotect: finish with \`pprotect git resolve\`${hint}`,
    ],
  };
}

function readVersion(
  file: string,
  what: string,
  mayBeMissing = false,
): { store: StoreData } | { problem: string } {
  const bytes = readFile(file, what);
  if (mayBeMissing && bytes.length === 0) return { store: EMPTY_STORE };
  try {
    return { store: parseStore(bytes, what) };
  } catch (error) {
    if (error instanceof PprotectError) return { problem: `cannot read ${error.message}` };
    throw error;
  }
}

function readFile(file: string, what: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw fileError(`read ${what} from`, file, error);
  }
}

/** On a full disk the file stays our version: half a store would look like the result of the merge. */
function replace(file: string, text: string): void {
  writeAtomically(resolve(file), text, statSync(file));
}
