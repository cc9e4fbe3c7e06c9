import type { Eventual } from "../../common/eventual.ts";
import { lazy } from "../../common/lazy.ts";
import type { Baseline } from "../../scan/baseline.ts";
import type { Finding } from "../../scan/finding.ts";
import type { BlobReader, ObjectReader } from "../process/cat-file.ts";
import { type Allowance, readWithoutMarkers } from "./allowance.ts";
import { BaselineOfVersions } from "./baseline-of-versions.ts";
import { IgnoreFiles } from "./ignore-file.ts";
import type { OwnSecret, OwnSecrets } from "./own-secrets.ts";
import { StoresOfVersion } from "./stores-of-version.ts";
import { TeamRulesOfVersions } from "./team-rules.ts";
import { type TextSearch, textSearch } from "./text-search.ts";
import type { CheckedVersions } from "./versions.ts";

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

/** What a scan of files and messages reads from besides what is added. Each is read once, and only when it is needed. */
export interface ScanSources {
  /** The directory that git runs in. */
  readonly root: string;
  readonly blobs: BlobReader;
  /** Which commits are checked. */
  readonly versions: CheckedVersions;
  readonly ignoreFiles: IgnoreFiles;
  /** The prefixes of credential variables that are in use. */
  readonly prefixes: readonly string[];
  readonly stores: StoresOfVersion;
  /** The secrets whose values are known. */
  readonly ownSecrets: () => Promise<OwnSecrets | undefined>;
  readonly search: () => Eventual<TextSearch>;
  readonly team: TeamRulesOfVersions;
  readonly baselines: BaselineOfVersions;
  /** The baseline that counts. @throws PprotectError `invalid_config` */
  readonly baseline: () => Promise<Baseline | undefined>;
  /** Whether `pprotect:allow` in a line counts. */
  readonly markers: boolean;
}

/** What a push does not decide. */
const DEFAULT_BRANCH: CheckedVersions = { of: "range", tips: ["HEAD:"], bases: ["HEAD:"] };

/**
 * What scans of some versions read from.
 *
 * @param versions whose rules of the team and baseline count
 */
export function scanSources(
  root: string,
  objects: ObjectReader,
  versions: CheckedVersions,
  { prefixes = [], ownSecrets, allowance, maxStoreBytes, baseline }: GuardOptions = {},
): ScanSources {
  const markers = allowance?.markers ?? true;
  const blobs = markers ? objects : readWithoutMarkers(objects);
  const team = new TeamRulesOfVersions(blobs, versions);
  const teamIds = async () => (await team.all())?.ids ?? new Set<string>();
  const own = searchOf(ownSecrets);
  const baselines = new BaselineOfVersions(blobs, allowance ? DEFAULT_BRANCH : versions);
  return {
    root,
    blobs,
    versions,
    prefixes,
    team,
    baselines,
    baseline: lazy(async () => (baseline === "none" ? undefined : (baseline ?? (await baselines.newest())))),
    ignoreFiles: new IgnoreFiles(blobs, teamIds, allowance?.ignore),
    stores: new StoresOfVersion(blobs, maxStoreBytes),
    ownSecrets: own,
    search: textSearch(own, team.all),
    markers,
  };
}

/** Whether existing commits are checked, and not what is about to be added. */
export function areExisting({ of }: CheckedVersions): boolean {
  return of === "all" || of === "range";
}

/** The search for secrets that can be opened, which is prepared once; `undefined` when there are none. */
function searchOf(ownSecrets: GuardOptions["ownSecrets"]): () => Promise<OwnSecrets | undefined> {
  return lazy(async () => {
    const secrets = (await ownSecrets?.()) ?? [];
    if (secrets.length === 0) return undefined;
    const { OwnSecrets } = await import("./own-secrets.ts");
    return new OwnSecrets(secrets);
  });
}
