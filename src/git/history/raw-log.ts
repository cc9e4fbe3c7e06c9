import type { Repository } from "../process/repository.ts";

/** What differs in the files of interest between one commit and one of its parents. */
export interface Section {
  readonly header: Header;
  readonly entries: readonly RawEntry[];
}

/** Which commit it is, when it was made, and by whom. */
export interface CommitHeader {
  readonly id: string;
  /** As short as git's own output would have it. */
  readonly shortId: string;
  /** The author's day, `YYYY-MM-DD`. */
  readonly day: string;
  /** The author's time, ms since 1970. */
  readonly time: number;
  /** One of the revisions or refs that the log started from, by which git reached the commit. */
  readonly source: string;
  /** E-mail address, or the name if there is none; `.mailmap` applied. */
  readonly author: string;
}

interface Header extends CommitHeader {
  readonly parents: readonly string[];
}

export interface RawEntry {
  readonly path: string;
  /** Blob ids. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * The differences of some files in the commits reachable from some revisions, one for each parent, children before parents.
 *
 * @param paths from the repository's root, with `/`
 * @param from revisions, or `--all`
 * @throws PprotectError `git_failed`
 */
export async function sectionsOf(
  repository: Repository,
  paths: readonly string[],
  from: readonly string[],
): Promise<Section[]> {
  return parseLog(
    await repository.run(...LOG, ...from, "--", ...paths.map((path) => `:(top,literal)${path}`)),
  );
}

const LOG = [
  "log",
  "-z",
  "--raw",
  "--no-renames",
  "--no-follow",
  "-m",
  "--root",
  "--full-history",
  "--date-order",
  "--no-show-signature",
  "--no-color",
  "--encoding=UTF-8",
  "--format=%H%x00%h%x00%as%x00%at%x00%S%x00%aE%x00%aN%x00%P",
] as const;

/** Fields of the format above. */
const HEADER_FIELDS = 8;
const DAY = /^\d{4,}-\d{2}-\d{2}$/;
/** Of a commit without a valid date: what git prints for most of them. For the others it repeats the `%as` of the format. */
const NO_DAY = "1970-01-01";
/** `:MODE MODE ID ID STATUS`, the first after a newline. The ids are shortened: the option for full ones affects `%h` too. */
const RAW_ENTRY = /^\n?:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) /;

function parseLog(text: string): Section[] {
  const fields = text.split("\0");
  const sections: Section[] = [];
  for (let at = 0; at + HEADER_FIELDS <= fields.length; ) {
    const [id = "", shortId = "", day = "", time = "", source = "", email = "", name = "", parents = ""] =
      fields.slice(at, at + HEADER_FIELDS);
    at += HEADER_FIELDS;
    const entries: RawEntry[] = [];
    for (let raw = RAW_ENTRY.exec(fields[at] ?? ""); raw; raw = RAW_ENTRY.exec(fields[at] ?? "")) {
      entries.push({
        path: fields[at + 1] ?? "",
        before: blobId(raw[1], raw[3]),
        after: blobId(raw[2], raw[4]),
      });
      at += 2;
    }
    const author = email.trim() === "" ? name : email;
    sections.push({
      header: {
        ...{ id, shortId, day: DAY.test(day) ? day : NO_DAY, time: Number(time) * 1000, source, author },
        parents: parents.split(" ").filter((parent) => parent !== ""),
      },
      entries,
    });
  }
  return sections;
}

/** The mode 000000 means that there is no file, and 160000 that there is a submodule, whose id is of a commit elsewhere. */
function blobId(mode: string | undefined, id: string | undefined): string | undefined {
  return mode === "000000" || mode === "160000" ? undefined : id;
}

const RENAMES = [
  "-z",
  "--raw",
  "--no-abbrev",
  "-M",
  "--diff-filter=R",
  "--no-show-signature",
  "--no-color",
] as const;

/** A file that a commit renamed. */
export interface Rename {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** The files that each of these commits renamed. @param ids full ids; none is allowed */
export async function renamesIn(repository: Repository, ids: readonly string[]): Promise<Rename[]> {
  if (ids.length === 0) return [];
  return parseRenames(
    await repository.run("log", "--no-walk=unsorted", "--format=%x01%H", ...RENAMES, ...ids),
  );
}

/**
 * Where a file was or is in another commit, as far as git finds that it was renamed.
 * @param path in `child`
 * @returns `path` itself where the commit has a file of that name, or none that was renamed to it
 */
export async function pathIn(
  repository: Repository,
  commit: string,
  { commit: child, path }: { readonly commit: string; readonly path: string },
): Promise<string> {
  const found = await repository.tryRun("rev-parse", "--verify", "--quiet", `${commit}:${path}`);
  if (found !== undefined) return path;
  const listed = (await repository.tryRun("diff-tree", "-r", ...RENAMES, commit, child)) ?? "";
  return parseRenames(listed).find(({ to }) => to === path)?.from ?? path;
}

function parseRenames(text: string): Rename[] {
  const renames: Rename[] = [];
  const fields = text.split("\0");
  let id = "";
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? "";
    if (field.startsWith("\u0001")) id = field.slice(1).trim();
    else if (RAW_ENTRY.test(field)) {
      renames.push({ id, from: fields[at + 1] ?? "", to: fields[at + 2] ?? "" });
      at += 2;
    }
  }
  return renames;
}
