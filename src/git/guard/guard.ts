import { lazy } from "../../common/lazy.ts";
import { CONFIG_FILE } from "../../config/config-file.ts";
import type { Baseline } from "../../scan/baseline.ts";
import { BASELINE_FILE } from "../../scan/baseline-file.ts";
import type { Finding } from "../../scan/finding.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import { type BlobReader, openBlobReader } from "../process/cat-file.ts";
import { type AttributeReader, openAttributeReader } from "../process/check-attr.ts";
import type { Repository } from "../process/repository.ts";
import { type Allowance, readWithoutMarkers, subjectWithoutMarkers } from "./allowance.ts";
import { BaselineOfVersions, unusedEntries } from "./baseline-of-versions.ts";
import type { FileChange } from "./diff-parser.ts";
import type { Diff } from "./diff-reader.ts";
import { IGNORE_FILE, IgnoreFiles } from "./ignore-file.ts";
import type { OwnSecret, OwnSecrets } from "./own-secrets.ts";
import { numbersOf, PlaintextScan, type ScanSources } from "./plaintext-scan.ts";
import { StoreCheck } from "./store-check.ts";
import { StoreFiles } from "./store-files.ts";
import { StoresOfVersion } from "./stores-of-version.ts";
import { type Findings, noFindings, type Subject, type Verdict } from "./subject.ts";
import { TeamRulesOfVersions } from "./team-rules.ts";
import { RuleTrial } from "./tried-rules.ts";
import { versionHash } from "./version-hash.ts";
import type { CheckedVersions } from "./versions.ts";

export type { Finding } from "../../scan/finding.ts";
export type { Subject, Verdict } from "./subject.ts";

/** What a guard knows besides the repository. */
export interface GuardOptions {
  /** The prefixes of credential variables that are in use. */
  readonly prefixes?: readonly string[];
  /** The secrets whose values are searched in text that is added. Called once, when there is text. */
  readonly ownSecrets?: () => Promise<readonly OwnSecret[]>;
  /** What lets findings pass; left out, the commits decide it. */
  readonly allowance?: Allowance | undefined;
  /** A larger store is not read, and is a finding. */
  readonly maxStoreBytes?: number;
  /** The findings that are accepted, in place of those in the repository. */
  readonly baseline?: Baseline | "none" | undefined;
  /** Gets warnings about entries of the baseline that accept nothing any more, when all commits were checked. */
  readonly onUnused?: (warnings: readonly Finding[]) => void;
}

/** The search for secrets that can be opened, which is prepared once; `undefined` when there are none. */
export function searchOf(ownSecrets: GuardOptions["ownSecrets"]): () => Promise<OwnSecrets | undefined> {
  return lazy(async () => {
    const secrets = (await ownSecrets?.()) ?? [];
    if (secrets.length === 0) return undefined;
    const { OwnSecrets } = await import("./own-secrets.ts");
    return new OwnSecrets(secrets);
  });
}

/** What a push does not decide. */
const DEFAULT_BRANCH: CheckedVersions = { of: "range", tips: ["HEAD:"], bases: ["HEAD:"] };

/** Checks commits one after the other. Its git processes are started once. */
export class Guard {
  readonly #blobs: BlobReader;
  readonly #attributes: AttributeReader;
  readonly #ignoreFiles: IgnoreFiles;
  readonly #storeFiles: StoreFiles;
  readonly #storeChecks: StoreCheck;
  readonly #sources: ScanSources;
  readonly #team: TeamRulesOfVersions;
  readonly #trial: RuleTrial;
  readonly #markers: boolean;
  readonly #maxStoreBytes: number;
  readonly #versions: CheckedVersions;
  readonly #baselines: BaselineOfVersions;
  readonly #baseline: () => Promise<Baseline | undefined>;

  /** @param versions whose rules of the team and baseline count */
  constructor(
    repository: Repository,
    versions: CheckedVersions,
    { prefixes = [], ownSecrets, allowance, maxStoreBytes = MAX_FILE_BYTES, baseline }: GuardOptions = {},
  ) {
    this.#markers = allowance?.markers ?? true;
    this.#maxStoreBytes = maxStoreBytes;
    const blobs = openBlobReader(repository.root);
    this.#blobs = this.#markers ? blobs : readWithoutMarkers(blobs);
    this.#team = new TeamRulesOfVersions(this.#blobs, versions);
    this.#versions = versions;
    this.#baselines = new BaselineOfVersions(this.#blobs, allowance ? DEFAULT_BRANCH : versions);
    this.#baseline = lazy(async () => {
      if (baseline === "none") return undefined;
      return baseline ?? (await this.#baselines.newest());
    });
    const team = this.#team.all;
    const teamIds = async () => (await team())?.ids ?? new Set<string>();
    this.#ignoreFiles = new IgnoreFiles(this.#blobs, teamIds, allowance?.ignore);
    this.#attributes = openAttributeReader(repository.root, "diff");
    this.#storeFiles = new StoreFiles(this.#blobs, this.#attributes);
    this.#storeChecks = new StoreCheck(repository, this.#blobs, maxStoreBytes);
    const stores = new StoresOfVersion(this.#blobs, maxStoreBytes);
    this.#sources = {
      root: repository.root,
      blobs: this.#blobs,
      ignoreFiles: this.#ignoreFiles,
      prefixes,
      stores,
      team,
      baseline: this.#baseline,
      isHistory: versions.of === "all",
      wasThere: versions.of === "all" || versions.of === "range",
      ownSecrets: searchOf(ownSecrets),
    };
    this.#trial = new RuleTrial(this.#team, this.#storeFiles);
  }

  /** Stops the git processes. */
  async close(): Promise<void> {
    await Promise.all([this.#blobs.close(), this.#attributes.close()]);
  }

  /** @throws PprotectError `git_failed` */
  async check(checked: Subject): Promise<Verdict> {
    const subject = this.#markers ? checked : subjectWithoutMarkers(checked);
    const found = noFindings();
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
      const known = await this.#storeFiles.classify(diff.files);
      for (const store of known.stores) stores.add(store);
      if (left > 1) addedElsewhere.push(await addedLines(diff, stores));
      else {
        const scanned = { subject, diff, files, attribute: known.attribute, stores, addedElsewhere };
        await new PlaintextScan(this.#sources, scanned, found).run();
        await this.#ignoreProblems(subject, files, found);
        await this.#teamProblems(subject, files, found);
        if (files.has(BASELINE_FILE)) await this.#baselineProblems(subject, found);
      }
    }
    const inStores = noFindings();
    for (const path of stores) await this.#storeChecks.run(subject, path, changes, inStores);
    await this.#addStores(subject, inStores, found);
    return {
      errors: sorted(found.errors),
      warnings: sorted(found.warnings),
      suppressed: sorted(found.suppressed),
    };
  }

  /** Warnings about entries of the baseline that have accepted nothing so far. */
  async unusedEntries(): Promise<readonly Finding[]> {
    const baseline = await this.#baseline();
    return baseline ? unusedEntries(baseline) : [];
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

  /** @throws PprotectError `invalid_config` for a baseline that cannot be read, even where nothing needs it */
  async #baselineProblems(subject: Subject, found: Findings): Promise<void> {
    await this.#baseline();
    if (this.#versions.of !== "all") found.warnings.push(...(await this.#baselines.change(subject)));
  }

  async #teamProblems(
    subject: Subject,
    files: ReadonlyMap<string, FileChange>,
    found: Findings,
  ): Promise<void> {
    const slow = await this.#team.slowRule();
    if (slow) found.errors.push(slow);
    if (!files.has(CONFIG_FILE)) return;
    const ignore = await this.#ignoreFiles.of(subject.prefix);
    for (const finding of await this.#trial.run(subject))
      if (!ignore?.ignored(finding.path, finding.rule)) found.warnings.push(finding);
  }

  /** Adds what was found in stores. */
  async #addStores(subject: Subject, inStores: Findings, found: Findings): Promise<void> {
    if (inStores.errors.length + inStores.warnings.length === 0) return;
    const ignore = await this.#ignoreFiles.of(subject.prefix);
    const all = [...inStores.errors, ...inStores.warnings];
    const accept = this.#versions.of === "all" ? (await this.#baseline())?.version(() => true) : undefined;
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
    if (this.#versions.of !== "all") return {};
    const bytes = await this.#blobs.read(prefix + finding.path, this.#maxStoreBytes);
    const problems = all.filter(({ path }) => path === finding.path);
    return { versionHash: versionHash(finding, bytes, problems) };
  }
}

async function addedLines(
  diff: Diff,
  stores: ReadonlySet<string>,
): Promise<Map<string, ReadonlySet<number>>> {
  const lines = new Map<string, ReadonlySet<number>>();
  for await (const event of diff.patches()) {
    if (event.kind !== "patch" || stores.has(event.patch.path)) continue;
    lines.set(event.patch.path, await numbersOf(event.patch.added));
  }
  return lines;
}

function sorted(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}
