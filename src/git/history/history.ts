import type { ErrorCode } from "../../common/errors.ts";
import { PprotectError } from "../../common/errors.ts";
import { suggest } from "../../common/suggest.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import { describeChange } from "../../store/diff/change-text.ts";
import { diffStores, type StoreChange } from "../../store/diff/store-diff.ts";
import type { StoreData } from "../../store/store-data.ts";
import { openBlobReader } from "../process/cat-file.ts";
import type { Repository } from "../process/repository.ts";
import { commitId } from "./store-at.ts";
import { type StoreCommit, storeLog } from "./store-log.ts";
import { StoreVersions } from "./store-versions.ts";

/** Which part of the history to show: everything, one domain, or one secret of a domain. */
export interface HistoryFilter {
  readonly domain?: string | undefined;
  readonly secret?: string | undefined;
}

/** One thing that a commit did. */
export interface HistoryLine {
  readonly commit: StoreCommit;
  /** One line, safe to print. */
  readonly what: string;
}

/**
 * What each commit changed in a store, newest first. Needs no credentials; lines are yielded as they are found.
 *
 * @param path from the repository's root, with `/`
 * @param revision where to begin
 * @throws PprotectError `store_missing` when no commit has the store; after the last line `no_such_domain` or
 *   `no_such_secret` when no version has the one in the filter
 */
export async function* storeHistory(
  repository: Repository,
  path: string,
  filter: HistoryFilter,
  revision = "HEAD",
): AsyncGenerator<HistoryLine> {
  const start = await commitId(repository, revision);
  const commits = start === undefined ? [] : await storeLog(repository, path, [start]);
  if (commits.length === 0) {
    throw new PprotectError(
      "store_missing",
      `no commit has a store at ${escapeUnprintable(path)}`,
      "commit it first, or name another store with --file",
    );
  }
  const blobs = openBlobReader(repository.directory);
  try {
    const versions = new StoreVersions(commits, blobs);
    const names = new SeenNames();
    for (const commit of commits) {
      for (const what of await commitLines(commit, versions, names, filter)) yield { commit, what };
    }
    names.refuseUnknown(filter);
  } finally {
    await blobs.close();
  }
}

async function commitLines(
  commit: StoreCommit,
  versions: StoreVersions,
  names: SeenNames,
  filter: HistoryFilter,
): Promise<string[]> {
  const now = commit.after === undefined ? undefined : await versions.read(commit.after);
  names.note(now?.store);
  if (now?.problem !== undefined) return [`left the store unreadable: ${now.problem}`];
  const { before, wasBroken } = await versions.before(commit, now?.store);
  names.note(before);
  if (!now) return removalLines(commit, before, filter);
  const lines: string[] = [];
  if (wasBroken) lines.push("made the store readable again");
  if (filter.domain === undefined) {
    if (commit.before.every((id) => id === undefined))
      lines.push(`created ${escapeUnprintable(commit.path)}`);
    if (commit.renamedFrom !== undefined) {
      lines.push(`renamed ${escapeUnprintable(commit.renamedFrom)} to ${escapeUnprintable(commit.path)}`);
    }
  }
  const changes = diffStores(before, now.store).filter((change) => concerns(change, filter));
  return [...lines, ...changes.flatMap((change) => describeChange(change) ?? [])];
}

function removalLines(commit: StoreCommit, before: StoreData | undefined, filter: HistoryFilter): string[] {
  const { domain, secret } = filter;
  const held = domain === undefined ? undefined : before?.domains.get(domain);
  if (domain !== undefined && (!held || (secret !== undefined && !held.secrets.has(secret)))) return [];
  const domains = countNoun(before?.domains.size ?? 0, "domain");
  return [`removed ${escapeUnprintable(commit.path)} (${domains})`];
}

/** Every name that was ever in the store, to refuse a name that was not. */
class SeenNames {
  readonly #secrets = new Map<string, Set<string>>();

  note(store: StoreData | undefined): void {
    for (const [name, { secrets }] of store?.domains ?? []) {
      const seen = this.#secrets.get(name) ?? new Set();
      for (const secret of secrets.keys()) seen.add(secret);
      this.#secrets.set(name, seen);
    }
  }

  /** @throws PprotectError `no_such_domain`, `no_such_secret` */
  refuseUnknown({ domain, secret }: HistoryFilter): void {
    if (domain === undefined) return;
    const secrets = this.#secrets.get(domain);
    if (!secrets)
      throw unknown("no_such_domain", `domain "${displayName(domain)}"`, domain, this.#secrets.keys());
    if (secret === undefined || secrets.has(secret)) return;
    const what = `secret "${displayName(secret)}" in domain "${displayName(domain)}"`;
    throw unknown("no_such_secret", what, secret, secrets);
  }
}

function unknown(code: ErrorCode, what: string, name: string, candidates: Iterable<string>): PprotectError {
  const near = suggest(name, [...candidates]);
  return new PprotectError(
    code,
    `no commit has a ${what}`,
    near === undefined ? undefined : `did you mean "${displayName(near)}"?`,
  );
}

function concerns(change: StoreChange, { domain, secret }: HistoryFilter): boolean {
  if (domain === undefined) return true;
  switch (change.kind) {
    case "custodian-added":
    case "custodian-removed":
    case "audit-log-extended":
    case "audit-log-truncated":
    case "audit-log-rewritten":
      return false;
    case "custodian-key-changed":
      return secret === undefined && [...change.resealed, ...change.stale].includes(domain);
    case "domain-removed":
      return change.domain === domain && (secret === undefined || change.secrets.includes(secret));
    case "domain-rotated": {
      const { secrets, staleSecrets } = change;
      return (
        change.domain === domain && (secret === undefined || [...secrets, ...staleSecrets].includes(secret))
      );
    }
    case "secret-added":
    case "secret-changed":
    case "secret-removed":
      return change.domain === domain && (secret === undefined || change.secret === secret);
    case "domain-added":
    case "owner-added":
    case "owner-removed":
    case "owner-resealed":
      return change.domain === domain && secret === undefined;
  }
}
