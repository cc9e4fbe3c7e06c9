import { basename, dirname, join } from "node:path/posix";
import { compareCodePoints } from "../../common/code-points.ts";
import type { Finding } from "../../scan/finding.ts";
import { AccessHistoryBuilder } from "../../store/access/access-history.ts";
import type { Moment } from "../../store/access/revision.ts";
import { readLeniently } from "../../store/diff/lenient-reading.ts";
import type { StoreData } from "../../store/store-data.ts";
import { type Checked, checkCommits } from "../guard/commit-changes.ts";
import type { FileChange } from "../guard/diff-parser.ts";
import { readCommitDiffs } from "../guard/diff-reader.ts";
import { isRegular } from "../guard/file-mode.ts";
import { StoreFiles } from "../guard/store-files.ts";
import { type StoreCommit, storeLogs } from "../history/store-log.ts";
import { StoreVersions } from "../history/store-versions.ts";
import { type BlobReader, openBlobReader } from "../process/cat-file.ts";
import { openAttributeReader } from "../process/check-attr.ts";
import type { Repository } from "../process/repository.ts";
import type { Range } from "./range.ts";
import { type StoreSummary, summarizeStore } from "./store-summary.ts";

/** A store that a range changes. */
export interface ChangedStore {
  /** From the repository's root, with `/`. */
  readonly path: string;
  /** Where it was before, if it was renamed. */
  readonly renamedFrom: string | undefined;
  readonly status: "added" | "removed" | "changed";
  /** Why the store at the end of the range cannot be read. */
  readonly problem: string | undefined;
  /** Why the store where the range begins cannot be read: then everything counts as added. */
  readonly problemBefore: string | undefined;
  readonly summary: StoreSummary;
}

/** A file beside a store, at the end of a range. */
export interface FileAtHead {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The store beside it. */
  readonly store: StoreData;
}

export interface CommitFinding extends Finding {
  readonly commit: string;
}

/** What a range of commits does to secrets. */
export interface Summary {
  readonly range: Range;
  readonly stores: readonly ChangedStore[];
  /** Files of the asked name beside a store, where one of the two was changed. */
  readonly beside: readonly FileAtHead[];
  readonly commits: number;
  readonly findings: readonly CommitFinding[];
  readonly warnings: readonly CommitFinding[];
}

/**
 * What a range of commits does to the stores in it, and what the guard finds in it.
 *
 * @param besideName the name of files beside stores to read too
 * @throws PprotectError `git_failed`
 */
export async function summarizeRange(
  repository: Repository,
  range: Range,
  besideName: string,
  onProgress: (done: number, total: number) => void,
): Promise<Summary> {
  const blobs = openBlobReader(repository.root);
  const attributes = openAttributeReader(repository.root, "diff");
  try {
    const files = await changedFiles(repository, range);
    const { stores } = await new StoreFiles(blobs, attributes).classify(files);
    const logs = await storeLogs(repository, [...stores], [range.head, `^${range.base}`]);
    const changed: ChangedStore[] = [];
    for (const file of files.filter(({ path }) => stores.has(path))) {
      changed.push(await changedStore(file, logs.get(file.path) ?? [], blobs));
    }
    const beside = await filesBeside(range, files, changed, besideName, blobs);
    return { range, stores: changed, beside, ...(await findingsIn(repository, range, onProgress)) };
  } finally {
    await Promise.all([blobs.close(), attributes.close()]);
  }
}

async function changedFiles(repository: Repository, { base, head }: Range): Promise<readonly FileChange[]> {
  const reader = readCommitDiffs(repository.root, [[head, base]]);
  try {
    return (await reader.next())?.files ?? [];
  } finally {
    await reader.close();
  }
}

async function changedStore(
  file: FileChange,
  log: readonly StoreCommit[],
  blobs: BlobReader,
): Promise<ChangedStore> {
  const read = async (mode: string, id: string) => {
    const bytes = isRegular(mode) ? await blobs.read(id) : undefined;
    return bytes && readLeniently(bytes);
  };
  const before = await read(file.oldMode, file.oldId);
  const after = await read(file.newMode, file.newId);
  const commits = log.toReversed();
  const versions = new StoreVersions(commits, blobs);
  const builder = new AccessHistoryBuilder();
  if (before?.store) builder.add({ moment: NO_MOMENT, before: [], after: before.store });
  for (const commit of commits) {
    const store = commit.after === undefined ? undefined : (await versions.read(commit.after)).store;
    if (store)
      builder.add({ moment: NO_MOMENT, before: (await versions.parents(commit)).stores, after: store });
  }
  return {
    path: file.path,
    renamedFrom: file.status === "R" ? file.oldPath : undefined,
    status: before === undefined ? "added" : after === undefined ? "removed" : "changed",
    problem: after?.problem,
    problemBefore: before?.problem,
    // Of a store that cannot be read, nothing is said rather than that everything was removed.
    summary: summarizeStore(
      before?.store,
      after?.problem === undefined ? after?.store : before?.store,
      builder.history(),
    ),
  };
}

/** Times play no part in what a range does. */
const NO_MOMENT: Moment = { commit: undefined, shortId: undefined, time: 0, author: "", branch: undefined };

async function filesBeside(
  { head }: Range,
  files: readonly FileChange[],
  changed: readonly ChangedStore[],
  name: string,
  blobs: BlobReader,
): Promise<FileAtHead[]> {
  const directories = new Set([
    ...changed.map(({ path }) => dirname(path)),
    ...files.filter(({ path }) => basename(path) === name).map(({ path }) => dirname(path)),
  ]);
  const found: FileAtHead[] = [];
  for (const directory of [...directories].sort(compareCodePoints)) {
    const at = (file: string): string => `${head}:${join(directory, file)}`;
    const path = changed.find((each) => dirname(each.path) === directory)?.path;
    // A line end in a path would be read as another question.
    if (directory.includes("\n")) continue;
    const bytes = await blobs.read(at(name));
    const store = await blobs.read(path === undefined ? at(STORE_FILE) : `${head}:${path}`);
    const data = store && readLeniently(store).store;
    if (bytes && data) found.push({ path: join(directory, name), bytes, store: data });
  }
  return found;
}

const STORE_FILE = "protected.yaml";

async function findingsIn(
  repository: Repository,
  { base, head }: Range,
  onProgress: (done: number, total: number) => void,
): Promise<Pick<Summary, "commits" | "findings" | "warnings">> {
  const findings: CommitFinding[] = [];
  const warnings: CommitFinding[] = [];
  let commits = 0;
  const onChecked = ({ done, total }: Checked) => {
    commits = total;
    onProgress(done, total);
  };
  for await (const verdict of checkCommits(repository, { revision: `${base}..${head}` }, { onChecked })) {
    const { commit } = verdict;
    findings.push(...verdict.errors.map((finding) => ({ ...finding, commit })));
    warnings.push(...verdict.warnings.map((finding) => ({ ...finding, commit })));
  }
  return { commits, findings, warnings };
}
