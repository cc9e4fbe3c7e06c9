import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import type { Creds } from "../../store/credentials.ts";
import { parseStore } from "../../store/format/parse.ts";
import { UnresolvedMergeError } from "../../store/format/problem.ts";
import { validateEntries } from "../../store/format/validation.ts";
import { emitStore } from "../../store/format/yaml-writer.ts";
import { EMPTY_STORE, type StoreData } from "../../store/store-data.ts";
import { type KnownKeys, TRUST_NO_NEW_KEY } from "../../store/trust/known-keys.ts";
import { type Content, writeAtomically } from "../../system/atomic-write.ts";
import { fileError } from "../../system/file-error.ts";
import { readContent } from "../../system/read-text.ts";
import { type Conflict, describeConflict } from "./conflict.ts";
import { markConflicts } from "./conflict-markers.ts";
import { describeNewKey, keyGrants } from "./key-grants.ts";
import { mergeCredentials, NO_CREDENTIALS } from "./merge-credentials.ts";
import { type MergeResult, mergeStores, type NewKey } from "./merge-stores.ts";
import { textMerge } from "./text-merge.ts";
import { type SealedValues, type ValuesByBox, valuesAlone, valuesInQuestion } from "./values-in-question.ts";
import type { StoreVersions } from "./versions.ts";
import { virtualAncestor } from "./virtual-ancestor.ts";

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
  /** Whether git merges two common ancestors into one: then no user can resolve a conflict. */
  readonly isVirtualAncestor: boolean;
  /** What decides about keys that one side introduced; called only with credentials. */
  readonly trust: (versions: StoreVersions) => Promise<KnownKeys>;
  /**
   * Credentials that were given without a prompt; called only if something has to be opened.
   * @throws PprotectError when they cannot be read
   */
  readonly givenCreds: (versions: StoreVersions) => Promise<Creds | undefined>;
  /**
   * Opens all of these values without a passphrase, or none; called only where credentials help and none were given.
   * @throws PprotectError when what was to open them cannot be used
   */
  readonly openValues?: (wanted: readonly SealedValues[]) => Promise<ValuesByBox | undefined>;
  /** Called before anything is opened with the given credentials. */
  readonly onOpen?: (custodian: string, versions: StoreVersions) => Promise<void>;
}

export interface DriverResult {
  readonly clean: boolean;
  /** What is left to decide. */
  readonly conflicts: readonly Conflict[];
  /** Versions that are not stores, for which git's text merge was tried. */
  readonly problems: readonly string[];
  /** Who got a copy of a domain's key by the merge, a sentence each. */
  readonly grants: readonly string[];
  /** Domains for which the merge made a new key. */
  readonly newKeys: readonly NewKey[];
  /** What the file holds now, where a version is not a store. */
  readonly fallback: string | undefined;
  /** Lines for standard error. */
  readonly report: readonly string[];
}

const NOTHING = {
  conflicts: [],
  problems: [],
  grants: [],
  newKeys: [],
  fallback: undefined,
  report: [],
} as const;

/**
 * Merges one store for git and writes the result where git expects it.
 *
 * A version that is not a store leaves the file as git's own text merge would, and is never clean.
 * @throws PprotectError `file_error`
 */
export async function runMergeDriver(input: DriverInput): Promise<DriverResult> {
  const base = readVersion(input.base, "the common ancestor", { mayBeMissing: true });
  const ours = readVersion(input.ours, "our version", { like: base.store });
  const theirs = readVersion(input.theirs, "their version", { like: base.store });
  if (ours.isConflicted && base.isConflicted) return replayResolution(input, theirs.store !== undefined);
  if (!ours.store || !theirs.store) {
    const problems = [ours, theirs].flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
    return mergeAsText(input, problems);
  }
  const versions: StoreVersions = {
    base: base.store ?? EMPTY_STORE,
    ours: ours.store,
    theirs: theirs.store,
    isBaseUnreadable: base.store === undefined,
  };
  const notes = base.problem === undefined ? [] : [`${base.problem}; merging without it`];
  return mergeByMeaning(versions, notes, input);
}

/**
 * What `git rerere` asks for: to apply a recorded resolution to a file with conflict markers. The resolution is taken
 * if the whole file is as it was then; otherwise nothing is resolved, and rerere says nothing either.
 */
function replayResolution({ base, ours, theirs }: DriverInput, isResolved: boolean): DriverResult {
  const bytesOf = (file: string, what: string): Buffer => readFile(file, what, (each) => readFileSync(each));
  const isSame = Buffer.compare(bytesOf(base, "the common ancestor"), bytesOf(ours, "our version")) === 0;
  if (!isResolved || !isSame) return { clean: false, ...NOTHING };
  replace(ours, bytesOf(theirs, "their version"));
  return { clean: true, ...NOTHING };
}

async function mergeAsText(input: DriverInput, problems: readonly string[]): Promise<DriverResult> {
  const failure = await textMerge(input);
  const fallback =
    failure === undefined
      ? "fell back to a line-based merge; fix the file by hand, then run `pprotect check`"
      : `left as our version, because the line-based merge failed too: ${escapeUnprintable(failure)}`;
  const report = [...problems, fallback].map((line) => `pprotect: ${displayName(input.path)}: ${line}`);
  return { ...NOTHING, clean: false, problems, fallback, report };
}

async function mergeByMeaning(
  versions: StoreVersions,
  notes: readonly string[],
  input: DriverInput,
): Promise<DriverResult> {
  const { result, problem } = await mergeWithGivenCreds(versions, input);
  const { store, conflicts, newKeys } = result;
  const say = (line: string): string => `pprotect: ${displayName(input.path)}: ${line}`;
  if (conflicts.length === 0) {
    refuseInvalid(store, input.path);
    replace(input.ours, (write) => emitStore(write, store));
    const grants = keyGrants(versions, store);
    const report = [...notes, ...newKeys.map(describeNewKey), ...grants].map(say);
    return { ...NOTHING, clean: true, grants, newKeys, report: input.isVirtualAncestor ? [] : report };
  }
  if (input.isVirtualAncestor) {
    const ancestor = virtualAncestor(versions, result);
    refuseInvalid(ancestor, input.path);
    replace(input.ours, (write) => emitStore(write, ancestor));
    return { ...NOTHING, clean: true };
  }
  replace(input.ours, markConflicts(versions, input.markerSize));
  const helps = problem === undefined && conflicts.some(({ credentials }) => credentials !== "useless");
  const hint = helps ? "; some conflicts can be resolved automatically with an owner's credentials" : "";
  const report = [
    ...notes.map(say),
    ...(problem === undefined ? [] : [say(problem)]),
    ...conflicts.map(
      (conflict) => `pprotect: conflict in ${displayName(input.path)}: ${describeConflict(conflict)}`,
    ),
    `pprotect: finish with \`pprotect git resolve\`${hint}`,
  ];
  return { ...NOTHING, clean: false, conflicts, report };
}

interface OpenedMerge {
  readonly result: MergeResult;
  /** Why what was given did not help. */
  readonly problem?: string | undefined;
}

/** Derives a key only if something has to be opened: to resolve a conflict, or to try a key that comes in. */
async function mergeWithGivenCreds(
  versions: StoreVersions,
  { trust, givenCreds, openValues, onOpen, isVirtualAncestor }: DriverInput,
): Promise<OpenedMerge> {
  const decide = () => undefined;
  // Without credentials nothing is sealed, so it makes no difference which keys are trusted.
  const options = { credentials: NO_CREDENTIALS, trust: TRUST_NO_NEW_KEY, decide };
  const without = mergeStores(versions, options);
  const helps = without.conflicts.some(({ credentials }) => credentials !== "useless");
  if (!helps && without.incomingKeys.length === 0) return { result: without };
  let creds: Creds | undefined;
  try {
    creds = await givenCreds(versions);
    if (creds) await onOpen?.(creds.name, versions);
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    return { result: without, problem: `${NOT_USED}: ${error.message}` };
  }
  if (!creds) return helps ? mergeWithValues(versions, without, openValues) : { result: without };
  const credentials = mergeCredentials(creds, versions);
  // Two users accept different keys. If that decided about the ancestor, their merges would not come to one key.
  const trusted = isVirtualAncestor ? TRUST_NO_NEW_KEY : await trust(versions);
  const result = mergeStores(versions, { credentials, trust: trusted, decide });
  const isOpen = result.conflicts.every(({ credentials: help }) => help !== "needed");
  const notOwner = `${displayName(creds.name)} does not own what is in conflict on both sides`;
  const problem = credentials.problem() ?? (isOpen ? undefined : notOwner);
  return { result, problem: problem === undefined ? undefined : `${NOT_USED}: ${problem}` };
}

const NOT_USED = "the given credentials were not used";

/** Where no credentials are given, values that can be opened without any decide what they can. */
async function mergeWithValues(
  versions: StoreVersions,
  without: MergeResult,
  openValues: DriverInput["openValues"],
): Promise<OpenedMerge> {
  try {
    const values = await openValues?.(valuesInQuestion(versions));
    if (!values) return { result: without };
    const credentials = valuesAlone(values, versions);
    return {
      result: mergeStores(versions, { credentials, trust: TRUST_NO_NEW_KEY, decide: () => undefined }),
    };
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    return { result: without, problem: error.message };
  }
}

/** @throws PprotectError `invalid_store`; a merge of valid stores should never be invalid */
function refuseInvalid(store: StoreData, path: string): void {
  const [broken] = validateEntries(store);
  if (!broken) return;
  throw new PprotectError(
    "invalid_store",
    `${displayName(path)}: the merge would be invalid: ${broken.message}`,
  );
}

interface Version {
  /** Absent if it is not a store. */
  readonly store?: StoreData;
  readonly problem?: string;
  /** Whether it has conflict markers. */
  readonly isConflicted?: boolean;
}

/** @param like another version, whose texts are shared where they are the same */
function readVersion(
  file: string,
  what: string,
  { mayBeMissing = false, like }: { readonly mayBeMissing?: boolean; readonly like?: StoreData | undefined },
): Version {
  const content = readFile(file, what, readContent);
  if (mayBeMissing && content.length === 0) return { store: EMPTY_STORE };
  try {
    return { store: parseStore(content, what, { like }) };
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    const isConflicted = error instanceof UnresolvedMergeError;
    return { problem: `cannot read ${error.message}`, isConflicted };
  }
}

function readFile<Content>(file: string, what: string, read: (file: string) => Content): Content {
  try {
    return read(file);
  } catch (error) {
    throw fileError(`read ${what} from`, file, error);
  }
}

/** On a full disk the file stays our version: half a store would look like the result of the merge. */
function replace(file: string, content: Content): void {
  writeAtomically(resolve(file), content, statSync(file));
}
