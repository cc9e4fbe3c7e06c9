import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { mergeBases } from "../guard/staged-changes.ts";
import { commitId } from "../history/store-at.ts";
import type { Repository } from "../process/repository.ts";

/** What a branch adds: from where it left another one to its end. */
export interface Range {
  /** Full ids of commits. */
  readonly base: string;
  readonly head: string;
}

/**
 * Reads `BASE..HEAD` or `BASE...HEAD`; either way the changes since the newest common ancestor are meant, as in a pull
 * request. A side that is left out is HEAD.
 *
 * @throws PprotectError `usage`; `incomplete_history` where a shallow clone lacks what both have in common
 */
export async function readRange(repository: Repository, range: string): Promise<Range> {
  const [, from = "", to = ""] = /^(.*?)\.{2,3}(.*)$/s.exec(range) ?? [];
  if (!range.includes("..")) {
    throw new PprotectError(
      "usage",
      `"${displayName(range)}" is not a range of commits`,
      "give BASE..HEAD, such as main..HEAD",
    );
  }
  const [base, head] = [await commit(repository, from), await commit(repository, to)];
  const bases = await mergeBases(repository, [base, head]);
  if (bases === undefined || (bases.length === 0 && (await isShallow(repository)))) {
    throw new PprotectError(
      "incomplete_history",
      "this is a shallow clone: the commits have no common ancestor here",
      "`git fetch --unshallow` fetches the rest; in CI, check out the whole history (`fetch-depth: 0`)",
    );
  }
  return { base: bases[0] ?? base, head };
}

async function commit(repository: Repository, revision: string): Promise<string> {
  const id = await commitId(repository, revision === "" ? "HEAD" : revision);
  if (id !== undefined) return id;
  throw new PprotectError(
    "usage",
    `"${displayName(revision)}" is not a commit of this repository`,
    (await isShallow(repository))
      ? "this is a shallow clone: fetch the commit, or check out the whole history (`fetch-depth: 0`)"
      : "`git log` lists the commits",
  );
}

async function isShallow(repository: Repository): Promise<boolean> {
  return (await repository.run("rev-parse", "--is-shallow-repository")).trim() === "true";
}
