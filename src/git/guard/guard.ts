import { type Eventual, whenThere } from "../../common/eventual.ts";
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
import type { FileChange, Patch } from "./diff-parser.ts";
import type { Diff } from "./diff-reader.ts";
import type { EarlyDiffs } from "./event-reader.ts";
import { IGNORE_FILE } from "./ignore-file.ts";
import { type LinesElsewhere, linesElsewhere } from "./lines-elsewhere.ts";
import { MAX_MESSAGE, MessageScan } from "./message/scan-message.ts";
import type { Tag } from "./message/tags.ts";
import { PlaintextScan } from "./plaintext-scan.ts";
import { type GuardOptions, type ScanSources, scanSources } from "./scan-sources.ts";
import { StoreCheck } from "./store-check.ts";
import { type ClassifiedFiles, StoreFiles } from "./store-files.ts";
import { StorePatches } from "./store-patches.ts";
import { type Findings, noFindings, type Subject, type Verdict } from "./subject.ts";
import type { Tally } from "./tally.ts";
import { loadScanner } from "./text-search.ts";
import { RuleTrial } from "./tried-rules.ts";
import { versionHash } from "./version-hash.ts";
import type { CheckedVersions } from "./versions.ts";

export type { Finding } from "../../scan/finding.ts";
export type { GuardOptions } from "./scan-sources.ts";
export type { Subject, Verdict } from "./subject.ts";

/** From this many files on, some are probably not stores: they will be scanned. */
const MANY = 48;

/** What is known of a commit while it is checked. */
interface Checking {
  readonly subject: Subject;
  readonly found: Findings;
  /** What it changes against each of its parents, by path. */
  readonly changes: ReadonlyMap<string, FileChange>[];
  readonly stores: Set<string>;
  readonly elsewhere: LinesElsewhere[];
  readonly patches: StorePatches;
}

/** Checks commits one after the other. Its git processes are started once. */
export class Guard implements EarlyDiffs {
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
   * Checks the messages of commits.
   * @returns a function that checks one with each call, in order; without a promise where it has arrived and nothing else has to be read
   * @throws PprotectError `git_failed`
   */
  messagesOf(commits: readonly Commit[], tally: Tally): () => Eventual<Verdict> {
    const scan = this.#messageScan();
    const ids = commits.map(({ id }) => id);
    const objects = streamObjects(this.#sources.root, ids, MAX_MESSAGE);
    this.#messages.push(objects);
    const rest = commits.values();
    return () => {
      const { value: commit } = rest.next();
      return whenThere(objects.next(), (object) => {
        if (!commit || !object) return noFindings();
        tally.message();
        return scan.object({ prefix: `${commit.id}:`, parents: commit.parents }, object);
      });
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

  /** Takes what one of the next commits adds to a file: it may show that this is no store. */
  learn(file: FileChange, patch: Patch): void {
    this.#storeFiles.learn(file, patch);
  }

  /**
   * Checks the next commit.
   * @returns no promise where all of the commit has arrived and nothing else has to be read
   * @throws PprotectError `git_failed`
   */
  check(checked: Subject): Eventual<Verdict> {
    const subject = this.#sources.markers ? checked : subjectWithoutMarkers(checked);
    const checking: Checking = {
      subject,
      found: noFindings(),
      changes: [],
      stores: new Set(),
      elsewhere: [],
      patches: new StorePatches(),
    };
    const diffs = subject.diffs > 1 ? this.#allDiffs(checking) : this.#lastDiff(checking);
    return whenThere(diffs, () =>
      whenThere(checking.stores.size > 0 ? this.#checkStores(checking) : undefined, () =>
        verdictOf(checking.found),
      ),
    );
  }

  /** Of a merge, the diffs against the other parents come before that against the first one. */
  async #allDiffs(checking: Checking): Promise<void> {
    const { subject, changes, stores, elsewhere } = checking;
    for (let left = subject.diffs; left > 1; left--) {
      const diff = await subject.next();
      changes.push(filesOf(diff));
      if (!diff) continue;
      for (const store of (await this.#storeFiles.classify(diff.files, diff.contentOf)).stores)
        stores.add(store);
      elsewhere.push(await linesElsewhere(diff, stores));
    }
    await this.#lastDiff(checking);
  }

  #lastDiff(checking: Checking): Eventual<void> {
    return whenThere(checking.subject.next(), (diff) => {
      const files = filesOf(diff);
      checking.changes.push(files);
      return diff && this.#scanDiff(checking, diff, files);
    });
  }

  #scanDiff(checking: Checking, diff: Diff, files: ReadonlyMap<string, FileChange>): Eventual<void> {
    const { subject, stores, patches, elsewhere, found } = checking;
    this.#sources.stores.advance(subject, diff.files);
    return whenThere(this.#classify(diff), (known) => {
      for (const store of known.stores) stores.add(store);
      const { attribute } = known;
      const scanned = { subject, diff, files, attribute, stores, patches, elsewhere };
      return whenThere(new PlaintextScan(this.#sources, scanned, found).run(), () =>
        this.#otherProblems(subject, files, found),
      );
    });
  }

  #classify({ files, contentOf }: Diff): Eventual<ClassifiedFiles> {
    const known = this.#storeFiles.classify(files, contentOf);
    return files.length < MANY ? known : this.#prepareMeanwhile(known);
  }

  /** Loads what each scan of text needs. Not the values of secrets: they are opened, and that is recorded, only for text. */
  async #prepareMeanwhile(known: Eventual<ClassifiedFiles>): Promise<ClassifiedFiles> {
    const [classified] = await Promise.all([known, loadScanner(), this.#sources.team.all()]);
    return classified;
  }

  #otherProblems(subject: Subject, files: ReadonlyMap<string, FileChange>, found: Findings): Eventual<void> {
    // In a range of commits, each problem is reported once, for the commit that introduced it.
    const ignore = subject.prefix === ":" || files.has(IGNORE_FILE);
    if (ignore || files.has(CONFIG_FILE) || files.has(BASELINE_FILE))
      return this.#fileProblems(subject, files, ignore, found);
    return whenThere(this.#sources.team.slowRule(), (slow) => {
      if (slow) found.errors.push(slow);
    });
  }

  /** Problems of the guard's own files. */
  async #fileProblems(
    subject: Subject,
    files: ReadonlyMap<string, FileChange>,
    ignore: boolean,
    found: Findings,
  ): Promise<void> {
    if (ignore) await this.#ignoreProblems(subject, found);
    const slow = await this.#sources.team.slowRule();
    if (slow) found.errors.push(slow);
    if (files.has(CONFIG_FILE)) await this.#teamProblems(subject, found);
    if (files.has(BASELINE_FILE)) await this.#baselineProblems(subject, found);
  }

  async #checkStores({ subject, stores, changes, patches, found }: Checking): Promise<void> {
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

function filesOf(diff: Diff | undefined): ReadonlyMap<string, FileChange> {
  const files = new Map<string, FileChange>();
  for (const file of diff?.files ?? []) files.set(file.path, file);
  return files;
}

function verdictOf({ errors, warnings, suppressed }: Findings): Verdict {
  return { errors: sorted(errors), warnings: sorted(warnings), suppressed: sorted(suppressed) };
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings;
  return findings.toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}
