import { join } from "node:path";
import { hasRawBytes } from "../../common/path-bytes.ts";
import type { Finding } from "../../scan/finding.ts";
import type { EntryPath } from "../../store/format/validation.ts";
import { EMPTY_STORE, type StoreData } from "../../store/store-data.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { Repository } from "../process/repository.ts";
import { FormerDomains } from "../trust/former-domains.ts";
import { checkStoreChange } from "./consistency-rules.ts";
import type { FileChange } from "./diff-parser.ts";
import { isRegular } from "./file-mode.ts";
import { acceptedElsewhere, formerDomainRemark, newKeys } from "./shared-keys.ts";
import type { StorePatches } from "./store-patches.ts";
import { StoreReadings } from "./store-readings.ts";
import { addAll, type Findings, type Subject } from "./subject.ts";
import { secretsInTheClear } from "./unsealed-texts.ts";

/** Checks what a commit does to a store: its format, and its contents against those of the parents. */
export class StoreCheck {
  readonly #repository: Repository;
  readonly #versions: StoreReadings;
  readonly #maxBytes: number;
  readonly #former: FormerDomains;

  /** @param maxBytes a larger store is not read, and is a finding */
  constructor(repository: Repository, blobs: BlobReader, maxBytes: number) {
    this.#repository = repository;
    this.#versions = new StoreReadings(blobs, maxBytes);
    this.#maxBytes = maxBytes;
    this.#former = new FormerDomains(repository, blobs);
  }

  /** Says that a store is among the next changes. */
  expect({ path, newId }: FileChange): void {
    this.#versions.expect(path, newId);
  }

  /**
   * @param changes what the commit changes against each of its parents
   * @param patches its diffs to stores against the first one
   * @param found gets the findings
   * @throws PprotectError `git_failed`
   */
  async run(
    subject: Subject,
    path: string,
    changes: readonly ReadonlyMap<string, FileChange>[],
    patches: StorePatches,
    found: Findings,
  ): Promise<void> {
    const change = changes.map((files) => files.get(path)).find((file) => file !== undefined);
    const version =
      change && isRegular(change.newMode)
        ? await this.#versions.read(path, change.newId, patches.of(path))
        : undefined;
    if (!version && subject.diffs < 2) return;
    if (version === "too-large") {
      found.errors.push(tooLarge(path, this.#maxBytes));
      return;
    }
    const reading = version ?? { findings: [], store: EMPTY_STORE, lineOf: () => 1 };
    addAll(found.errors, reading.findings);
    const { store, lineOf } = reading;
    if (!store) return;
    const parents = await this.#oldStores(path, changes, store);
    const readable = parents.filter((parent) => parent !== undefined);
    const bases =
      parents.length > 1 && readable.length === parents.length
        ? await this.#baseStores(subject, pathsOf(path, changes))
        : undefined;
    const { errors, warnings } = checkStoreChange({
      path,
      store,
      // Of a store that was deleted, only what a merge lost is reported.
      parents: readable,
      bases,
      lineOf,
    });
    addAll(found.errors, version ? errors : errors.filter(({ rule }) => rule === "lost-in-merge"));
    if (!version) return;
    addAll(found.warnings, warnings);
    const reported = new Set(errors.map(({ rule, line }) => `${rule} ${line}`));
    for (const finding of await this.#formerKeys(subject, path, store, readable, lineOf)) {
      if (!reported.has(`${finding.rule} ${finding.line}`)) found.errors.push(finding);
    }
    addAll(found.errors, await secretsInTheClear(path, { store, parents: readable, lineOf }));
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
    if (keys.size === 0) return [];
    const former = [
      ...(await this.#former.find(parents, path, keys)),
      ...acceptedElsewhere(join(this.#repository.root, path), store, keys),
    ];
    return former.map(formerDomainRemark).map(({ at, ...remark }) => ({ path, line: lineOf(at), ...remark }));
  }

  /** The store as it was in each parent: the same where the file is not changed, `undefined` where it cannot be read. */
  #oldStores(
    path: string,
    changes: readonly ReadonlyMap<string, FileChange>[],
    unchanged: StoreData,
  ): Promise<(StoreData | undefined)[]> {
    return Promise.all(
      changes.map((files) => {
        const file = files.get(path);
        return file ? this.#oldStore(path, file.oldMode, file.oldId) : unchanged;
      }),
    );
  }

  /** @returns an empty store if there was no file, `undefined` if it cannot be read */
  async #oldStore(path: string, mode: string, id: string): Promise<StoreData | undefined> {
    if (!isRegular(mode)) return EMPTY_STORE;
    const version = await this.#versions.read(path, id);
    return version === "too-large" ? undefined : version?.store;
  }

  /** @param paths of the store, now and in the parents: one of them may have renamed it */
  async #baseStores(subject: Subject, paths: readonly string[]): Promise<StoreData[] | undefined> {
    const revisions = await subject.bases();
    if (!revisions) return undefined;
    const bases = await Promise.all(revisions.map((base) => this.#baseStore(base, paths)));
    const readable = bases.filter((base) => base !== undefined);
    return readable.length === bases.length ? readable : undefined;
  }

  /** The store at the first of some paths where a commit has a file. */
  async #baseStore(base: string, paths: readonly string[]): Promise<StoreData | undefined> {
    for (const path of paths) {
      // No argument of a program can have such bytes.
      if (hasRawBytes(path)) return this.#oldStore(path, "100644", `${base}:${path}`);
      // Read by its id, because a path may contain line ends.
      const id = await this.#repository.tryRun("rev-parse", "--verify", "--quiet", `${base}:${path}`);
      if (id !== undefined) return this.#oldStore(path, "100644", id.trim());
    }
    return EMPTY_STORE;
  }
}

/** The paths of a file: as it is now, and as each parent has it. */
function pathsOf(path: string, changes: readonly ReadonlyMap<string, FileChange>[]): readonly string[] {
  return [...new Set([path, ...changes.flatMap((files) => files.get(path)?.oldPath ?? [])])];
}

function tooLarge(path: string, maxBytes: number): Finding {
  const limit = Math.floor(maxBytes / 1024 / 1024);
  const message = `the store is larger than ${limit} MiB and was not read`;
  return { path, line: 1, rule: "invalid-store", message };
}
