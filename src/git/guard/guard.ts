import { join } from "node:path";
import type { Finding } from "../../scan/finding.ts";
import type { EntryPath } from "../../store/format/validation.ts";
import { EMPTY_STORE, type StoreData } from "../../store/store-data.ts";
import { type BlobReader, openBlobReader } from "../process/cat-file.ts";
import { type AttributeReader, openAttributeReader } from "../process/check-attr.ts";
import type { Repository } from "../process/repository.ts";
import { formerDomains } from "../trust/former-domains.ts";
import { checkStoreChange } from "./consistency-rules.ts";
import { type FileChange, MAX_ADDED, type Patch } from "./diff-parser.ts";
import type { Diff, DiffReader } from "./diff-reader.ts";
import { readStore } from "./format-rules.ts";
import { IGNORE_FILE, IgnoreFiles } from "./ignore-file.ts";
import { withOwnCredentials } from "./own-credentials.ts";
import { acceptedElsewhere, formerDomainRemark, newKeys } from "./shared-keys.ts";
import { classify, isRegular } from "./store-files.ts";

export type { Finding } from "../../scan/finding.ts";

/** The findings in one commit, sorted by path and line. */
export interface Verdict {
  readonly errors: readonly Finding[];
  /** Shown to the user; the commit is not refused because of them. */
  readonly warnings: readonly Finding[];
}

/** A commit, or what is staged for one. */
export interface Subject {
  /** What git puts before the path of a file of the new version: `:` for the index, or `COMMIT:`. */
  readonly prefix: string;
  /** How many parents it is compared with; 1 for a root commit, which is compared with the empty tree. */
  readonly diffs: number;
  /** Its next diff; the diff against the first parent comes last. */
  next(): Promise<Diff | undefined>;
  /** The diff of some files against the first parent, as text even where attributes say otherwise. */
  asText(paths: readonly string[]): DiffReader;
  /** The merge bases, or `undefined` when they cannot be known. Called only when a merge changes a store. */
  bases(): Promise<readonly string[] | undefined>;
  /** The commits it is made from: its history is what they and their ancestors are. */
  readonly parents: readonly string[];
}

/** How many bytes git looks at to tell binary files from text. */
const BINARY_PROBE = 8000;

interface Findings {
  readonly errors: Finding[];
  readonly warnings: Finding[];
}

/** The diff against the first parent, with what is needed to scan it. */
interface Scan {
  readonly subject: Subject;
  readonly diff: Diff;
  readonly files: ReadonlyMap<string, FileChange>;
  /** The value of each path's `diff` attribute. */
  readonly attribute: ReadonlyMap<string, string>;
  readonly stores: ReadonlySet<string>;
  /** For each other parent, the numbers of the lines that it does not have. */
  readonly addedElsewhere: readonly ReadonlyMap<string, ReadonlySet<number>>[];
}

/** Checks commits one after the other. Its git processes are started once. */
export class Guard {
  readonly #repository: Repository;
  readonly #blobs: BlobReader;
  readonly #attributes: AttributeReader;
  readonly #ignoreFiles: IgnoreFiles;

  readonly #prefixes: readonly string[];

  /** @param prefixes of credential variables that are in use */
  constructor(repository: Repository, prefixes: readonly string[] = []) {
    this.#repository = repository;
    this.#prefixes = prefixes;
    this.#blobs = openBlobReader(repository.root);
    this.#ignoreFiles = new IgnoreFiles(this.#blobs);
    this.#attributes = openAttributeReader(repository.root, "diff");
  }

  /** Stops the git processes. */
  async close(): Promise<void> {
    await Promise.all([this.#blobs.close(), this.#attributes.close()]);
  }

  /** @throws PprotectError `git_failed` */
  async check(subject: Subject): Promise<Verdict> {
    const found: Findings = { errors: [], warnings: [] };
    const changes: Map<string, FileChange>[] = [];
    const stores = new Set<string>();
    const addedElsewhere: Map<string, ReadonlySet<number>>[] = [];
    for (let left = subject.diffs; left > 0; left--) {
      const diff = await subject.next();
      if (!diff) {
        changes.push(new Map());
        continue;
      }
      const files = new Map(diff.files.map((file) => [file.path, file]));
      changes.push(files);
      const known = await classify(diff.files, this.#blobs, this.#attributes);
      for (const store of known.stores) stores.add(store);
      if (left > 1) addedElsewhere.push(await addedLines(diff, stores));
      else {
        await this.#scanDiff(
          { subject, diff, files, attribute: known.attribute, stores, addedElsewhere },
          found,
        );
        await this.#ignoreProblems(subject, files, found);
      }
    }
    const inStores: Findings = { errors: [], warnings: [] };
    for (const path of stores) await this.#checkStore(subject, path, changes, inStores);
    const { errors, warnings } = await this.#inStores(subject, inStores);
    found.errors.push(...errors);
    found.warnings.push(...warnings);
    return { errors: sorted(found.errors), warnings: sorted(found.warnings) };
  }

  async #scanDiff(
    { subject, diff, files, attribute, stores, addedElsewhere }: Scan,
    found: Findings,
  ): Promise<void> {
    const hidden = new Set<string>();
    const scan = async (patch: Patch): Promise<void> => {
      const file = files.get(patch.path);
      if (!file || file.newMode === SUBMODULE || stores.has(patch.path)) return;
      // In a merge, only lines that no parent has are new.
      const added = patch.added.filter(({ number }) =>
        addedElsewhere.every((lines) => lines.get(patch.path)?.has(number) ?? false),
      );
      if (added.length > 0) await this.#scan(subject, { ...patch, added }, found);
    };
    for await (const event of diff.patches()) {
      if (event.kind === "patch") await scan(event.patch);
      else {
        for (const { path, newId } of files.values()) {
          if (newId === event.newId && attribute.get(path) !== "unspecified" && !stores.has(path))
            hidden.add(path);
        }
      }
    }
    if (hidden.size > 0) {
      const reader = subject.asText([...hidden]);
      const text = await reader.next();
      for await (const event of text?.patches() ?? []) {
        if (event.kind === "patch" && !isBinary(event.patch)) await scan(event.patch);
      }
      await reader.close();
    }
  }

  async #ignoreProblems(
    subject: Subject,
    files: ReadonlyMap<string, FileChange>,
    found: Findings,
  ): Promise<void> {
    // In a range of commits, each problem is reported once, for the commit that introduced it.
    if (subject.prefix !== ":" && !files.has(IGNORE_FILE)) return;
    for (const { line, problem } of (await this.#ignoreFiles.of(subject.prefix))?.problems ?? []) {
      const message = `${problem}; the line has no effect: fix or remove it`;
      found.warnings.push({ path: IGNORE_FILE, line, rule: "ignore-file", message });
    }
  }

  async #scan(subject: Subject, { path, added, cut }: Patch, found: Findings): Promise<void> {
    // Loaded here, because a commit that changes only stores does not need it.
    const { scanLines } = await import("../../scan/scanner.ts");
    const ignore = await this.#ignoreFiles.of(subject.prefix);
    const scanned = await scanLines(path, added, ignore ? { ignore } : {});
    const store = async (each: string) => {
      const bytes = await this.#blobs.read(subject.prefix + each);
      return bytes && readStore(each, bytes).store;
    };
    const errors = await withOwnCredentials(scanned, path, added, { prefixes: this.#prefixes, store });
    found.errors.push(...errors.filter(({ rule }) => !ignore?.ignored(path, rule)));
    if (!cut) return;
    const last = added.at(-1)?.number ?? 1;
    const message = `more than ${MAX_ADDED / 1024} KiB were added; lines after this one were not scanned`;
    found.warnings.push({ path, line: last, rule: "not-scanned", message });
  }

  async #inStores(subject: Subject, found: Findings): Promise<Findings> {
    if (found.errors.length + found.warnings.length === 0) return found;
    const ignore = await this.#ignoreFiles.of(subject.prefix);
    const stays = ({ path, rule }: Finding): boolean => !ignore?.ignored(path, rule);
    const marked = (findings: readonly Finding[]) =>
      findings.filter(stays).map((finding) => ({ ...finding, inStore: true }));
    return { errors: marked(found.errors), warnings: marked(found.warnings) };
  }

  async #checkStore(
    subject: Subject,
    path: string,
    changes: readonly ReadonlyMap<string, FileChange>[],
    found: Findings,
  ): Promise<void> {
    const change = changes.map((files) => files.get(path)).find((file) => file !== undefined);
    const bytes = change && isRegular(change.newMode) ? await this.#blobs.read(change.newId) : undefined;
    if (!bytes && subject.diffs < 2) return;
    const reading = bytes ? readStore(path, bytes) : { findings: [], store: EMPTY_STORE, lineOf: () => 1 };
    found.errors.push(...reading.findings);
    const { store, lineOf } = reading;
    if (!store) return;
    const parents = await Promise.all(
      changes.map((files) => {
        const file = files.get(path);
        return file ? this.#oldStore(file.oldMode, file.oldId) : store;
      }),
    );
    const readable = parents.filter((parent) => parent !== undefined);
    const bases =
      parents.length > 1 && readable.length === parents.length
        ? await this.#baseStores(subject, path)
        : undefined;
    const { errors, warnings } = checkStoreChange({
      path,
      store,
      // Of a store that was deleted, only what a merge lost is reported.
      parents: readable,
      bases,
      lineOf,
    });
    found.errors.push(...(bytes ? errors : errors.filter(({ rule }) => rule === "lost-in-merge")));
    if (!bytes) return;
    found.warnings.push(...warnings);
    const told = new Set(errors.map(({ rule, line }) => `${rule} ${line}`));
    for (const finding of await this.#formerKeys(subject, path, store, readable, lineOf)) {
      if (!told.has(`${finding.rule} ${finding.line}`)) found.errors.push(finding);
    }
  }

  /** Keys that are new to their domain and that another domain had before, in a commit or when this user accepted it. */
  async #formerKeys(
    { parents }: Subject,
    path: string,
    store: StoreData,
    before: readonly StoreData[],
    lineOf: (path: EntryPath) => number,
  ): Promise<Finding[]> {
    const keys = newKeys(store, before);
    const former = [
      ...(await formerDomains(this.#repository, this.#blobs, parents, path, keys)),
      ...acceptedElsewhere(join(this.#repository.root, path), store, keys),
    ];
    return former.map(formerDomainRemark).map(({ at, ...remark }) => ({ path, line: lineOf(at), ...remark }));
  }

  /** @returns an empty store if there was no file, `undefined` if it cannot be read */
  async #oldStore(mode: string, id: string): Promise<StoreData | undefined> {
    if (!isRegular(mode)) return EMPTY_STORE;
    const bytes = await this.#blobs.read(id);
    return bytes && readStore("", bytes).store;
  }

  async #baseStores(subject: Subject, path: string): Promise<StoreData[] | undefined> {
    const revisions = await subject.bases();
    if (!revisions) return undefined;
    const bases = await Promise.all(
      revisions.map(async (base) => {
        // Read by its id, because a path may contain line ends.
        const id = await this.#repository.tryRun("rev-parse", "--verify", "--quiet", `${base}:${path}`);
        return id === undefined ? EMPTY_STORE : this.#oldStore("100644", id.trim());
      }),
    );
    const readable = bases.filter((base) => base !== undefined);
    return readable.length === bases.length ? readable : undefined;
  }
}

const SUBMODULE = "160000";

async function addedLines(
  diff: Diff,
  stores: ReadonlySet<string>,
): Promise<Map<string, ReadonlySet<number>>> {
  const lines = new Map<string, ReadonlySet<number>>();
  for await (const event of diff.patches()) {
    if (event.kind !== "patch" || stores.has(event.patch.path)) continue;
    lines.set(event.patch.path, new Set(event.patch.added.map(({ number }) => number)));
  }
  return lines;
}

function isBinary({ added }: Patch): boolean {
  let seen = 0;
  for (const { text } of added) {
    if (text.slice(0, BINARY_PROBE - seen).includes("\0")) return true;
    seen += text.length + 1;
    if (seen >= BINARY_PROBE) return false;
  }
  return false;
}

function sorted(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}
