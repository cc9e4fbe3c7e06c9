import { lazy } from "../../common/lazy.ts";
import { CONFIG_FILE } from "../../config/config-file.ts";
import { BASELINE_FILE } from "../../scan/baseline-file.ts";
import type { Finding } from "../../scan/finding.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import {
  type ObjectReader,
  type ObjectStream,
  openObjectReader,
  streamObjects,
} from "../process/cat-file.ts";
import { type AttributeReader, openAttributeReader } from "../process/check-attr.ts";
import type { Repository } from "../process/repository.ts";
import { subjectWithoutMarkers } from "./allowance.ts";
import { unusedEntries } from "./baseline-of-versions.ts";
import type { Commit } from "./commit.ts";
import type { FileChange } from "./diff-parser.ts";
import { IGNORE_FILE } from "./ignore-file.ts";
import { type LinesElsewhere, linesElsewhere } from "./lines-elsewhere.ts";
import { MAX_MESSAGE, MessageScan } from "./message/scan-message.ts";
import type { Tag } from "./message/tags.ts";
import { loadScanner, PlaintextScan } from "./plaintext-scan.ts";
import { type GuardOptions, type ScanSources, scanSources } from "./scan-sources.ts";
import { StoreCheck } from "./store-check.ts";
import { StoreFiles } from "./store-files.ts";
import { StorePatches } from "./store-patches.ts";
import { type Findings, noFindings, type Subject, type Verdict } from "./subject.ts";
import type { Tally } from "./tally.ts";
import { RuleTrial } from "./tried-rules.ts";
import { versionHash } from "./version-hash.ts";
import type { CheckedVersions } from "./versions.ts";

export type { Finding } from "../../scan/finding.ts";
export type { GuardOptions } from "./scan-sources.ts";
export type { Subject, Verdict } from "./subject.ts";

/** From this many files on, some are probably not stores: they will be scanned. */
const MANY = 48;

/** Checks commits one after the other. Its git processes are started once. */
export class Guard {
  readonly #objects: ObjectReader;
  readonly #attributes: AttributeReader;
  readonly #messages: ObjectStream[] = [];
  readonly #messageScan = lazy(() => new MessageScan(this.#sources));
  readonly #storeFiles: StoreFiles;
  readonly #storeChecks: StoreCheck;
  readonly #sources: ScanSources;
  readonly #trial: RuleTrial;
  readonly #maxStoreBytes: number;

  /** @param versions whose rules of the team and baseline count */
  constructor(repository: Repository, versions: CheckedVersions, options: GuardOptions = {}) {
    const { root } = repository;
    this.#maxStoreBytes = options.maxStoreBytes ?? MAX_FILE_BYTES;
    this.#objects = openObjectReader(root);
    this.#sources = scanSources(root, this.#objects, versions, options);
    const { blobs, team } = this.#sources;
    this.#attributes = openAttributeReader(root, "diff");
    this.#storeFiles = new StoreFiles(blobs, this.#attributes);
    this.#storeChecks = new StoreCheck(repository, blobs, this.#maxStoreBytes);
    this.#trial = new RuleTrial(team, this.#storeFiles);
  }

  /** Stops the git processes. */
  async close(): Promise<void> {
    const readers = [this.#objects, this.#attributes, ...this.#messages];
    await Promise.all(readers.map((reader) => reader.close()));
  }

  /**
   * Checks the messages of commits: one with each call, in order.
   * @throws PprotectError `git_failed`
   */
  messagesOf(commits: readonly Commit[], tally: Tally): () => Promise<Verdict> {
    const scan = this.#messageScan();
    const ids = commits.map(({ id }) => id);
    const objects = streamObjects(this.#sources.root, ids, MAX_MESSAGE);
    this.#messages.push(objects);
    const rest = commits.values();
    return async () => {
      const { value: commit } = rest.next();
      const object = await objects.next();
      if (!commit || !object) return noFindings();
      tally.message();
      return scan.object({ prefix: `${commit.id}:`, parents: commit.parents }, object);
    };
  }

  /** Checks the message of a tag. @throws PprotectError `git_failed` */
  async messageOfTag({ id, object }: Tag, tally: Tally): Promise<Verdict> {
    tally.message();
    return this.#messageScan().object({ prefix: `${id}:`, parents: [] }, object);
  }

  /** Says which files the next commits change: their stores are read meanwhile, and their attributes with those of others. */
  expect(files: readonly FileChange[]): void {
    this.#storeFiles.expect(files);
    for (const file of files) if (this.#storeFiles.isKnownStore(file)) this.#storeChecks.expect(file);
  }

  /** @throws PprotectError `git_failed` */
  async check(checked: Subject): Promise<Verdict> {
    const subject = this.#sources.markers ? checked : subjectWithoutMarkers(checked);
    const found = noFindings();
    const changes: Map<string, FileChange>[] = [];
    const stores = new Set<string>();
    const elsewhere: LinesElsewhere[] = [];
    const patches = new StorePatches();
    for (let left = subject.diffs; left > 0; left--) {
      const diff = await subject.next();
      if (!diff) {
        changes.push(new Map());
        continue;
      }
      const files = new Map<string, FileChange>();
      for (const file of diff.files) files.set(file.path, file);
      changes.push(files);
      const [known] = await Promise.all([
        this.#storeFiles.classify(diff.files, diff.contentOf),
        // While git looks for attributes.
        left === 1 && diff.files.length >= MANY ? this.#prepareScan() : undefined,
      ]);
      for (const store of known.stores) stores.add(store);
      if (left > 1) elsewhere.push(await linesElsewhere(diff, stores));
      else {
        const { attribute } = known;
        const scanned = { subject, diff, files, attribute, stores, patches, elsewhere };
        await new PlaintextScan(this.#sources, scanned, found).run();
        await this.#otherProblems(subject, files, found);
      }
    }
    if (stores.size > 0) await this.#checkStores(subject, stores, changes, patches, found);
    return {
      errors: sorted(found.errors),
      warnings: sorted(found.warnings),
      suppressed: sorted(found.suppressed),
    };
  }

  /** Loads what each scan of text needs. Not the values of secrets: they are opened, and that is recorded, only for text. */
  async #prepareScan(): Promise<void> {
    await Promise.all([loadScanner(), this.#sources.team.all()]);
  }

  async #otherProblems(
    subject: Subject,
    files: ReadonlyMap<string, FileChange>,
    found: Findings,
  ): Promise<void> {
    // In a range of commits, each problem is reported once, for the commit that introduced it.
    if (subject.prefix === ":" || files.has(IGNORE_FILE)) await this.#ignoreProblems(subject, found);
    const slow = await this.#sources.team.slowRule();
    if (slow) found.errors.push(slow);
    if (files.has(CONFIG_FILE)) await this.#teamProblems(subject, found);
    if (files.has(BASELINE_FILE)) await this.#baselineProblems(subject, found);
  }

  async #checkStores(
    subject: Subject,
    stores: ReadonlySet<string>,
    changes: readonly ReadonlyMap<string, FileChange>[],
    patches: StorePatches,
    found: Findings,
  ): Promise<void> {
    const inStores = noFindings();
    for (const path of stores) await this.#storeChecks.run(subject, path, changes, patches, inStores);
    if (inStores.errors.length + inStores.warnings.length > 0)
      await this.#addStores(subject, inStores, found);
  }

  /** Warnings about entries of the baseline that have accepted nothing so far. */
  async unusedEntries(): Promise<readonly Finding[]> {
    const baseline = await this.#sources.baseline();
    return baseline ? unusedEntries(baseline) : [];
  }

  async #ignoreProblems(subject: Subject, found: Findings): Promise<void> {
    for (const { line, problem } of (await this.#sources.ignoreFiles.of(subject.prefix))?.problems ?? []) {
      const message = `${problem}; the line has no effect: fix or remove it`;
      found.warnings.push({ path: IGNORE_FILE, line, rule: "ignore-file", message });
    }
  }

  /** @throws PprotectError `invalid_config` for a baseline that cannot be read, even where nothing needs it */
  async #baselineProblems(subject: Subject, found: Findings): Promise<void> {
    await this.#sources.baseline();
    if (this.#sources.versions.of !== "all")
      found.warnings.push(...(await this.#sources.baselines.change(subject)));
  }

  async #teamProblems(subject: Subject, found: Findings): Promise<void> {
    const ignore = await this.#sources.ignoreFiles.of(subject.prefix);
    for (const finding of await this.#trial.run(subject))
      if (!ignore?.ignored(finding.path, finding.rule)) found.warnings.push(finding);
  }

  /** Adds what was found in stores. */
  async #addStores(subject: Subject, inStores: Findings, found: Findings): Promise<void> {
    const ignore = await this.#sources.ignoreFiles.of(subject.prefix);
    const all = [...inStores.errors, ...inStores.warnings];
    const accept =
      this.#sources.versions.of === "all" ? (await this.#sources.baseline())?.version(() => true) : undefined;
    for (const kind of ["errors", "warnings"] as const) {
      for (const each of inStores[kind]) {
        const finding = { ...each, inStore: true, ...(await this.#ofVersion(subject, each, all)) };
        if (ignore?.ignored(finding.path, finding.rule))
          found.suppressed.push({ ...finding, suppressedBy: "ignore-file" });
        else if (kind === "errors" && (await accept?.(finding)))
          found.suppressed.push({ ...finding, suppressedBy: "baseline" });
        else found[kind].push(finding);
      }
    }
  }

  /** What the baseline knows a problem by. It accepts those of the history alone, which nobody can correct. */
  async #ofVersion(
    { prefix }: Subject,
    finding: Finding,
    all: readonly Finding[],
  ): Promise<Pick<Finding, "versionHash">> {
    if (this.#sources.versions.of !== "all") return {};
    const bytes = await this.#sources.blobs.read(prefix + finding.path, this.#maxStoreBytes);
    const problems = all.filter(({ path }) => path === finding.path);
    return { versionHash: versionHash(finding, bytes, problems) };
  }
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings;
  return findings.toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}
