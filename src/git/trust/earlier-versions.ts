import { basename, extname } from "node:path/posix";
import { DEFAULT_FILE } from "../../store/locate-store.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import { holdsStore } from "../guard/store-contents.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { Repository } from "../process/repository.ts";

/** What commits made of the file of one path. */
interface FileHistory {
  /** The ids of its versions. */
  readonly versions: Set<string>;
  /** The ids of the contents with which it was added, and not yet looked at. */
  readonly added: Set<string>;
  isStore: boolean;
}

/** The files of some commits and their ancestors, by path. */
interface History {
  readonly revisions: readonly string[];
  readonly files: Map<string, FileHistory>;
}

/**
 * Finds every earlier version of a store, and of every other store that is or was there: a stranger's branch may have moved
 * the file. To list a long history takes seconds, so for a commit after another only what is new is listed.
 */
export class EarlierVersions {
  readonly #repository: Repository;
  readonly #blobs: BlobReader;
  /** The history that was listed last, by the patterns of its files. */
  readonly #last = new Map<string, History>();

  constructor(repository: Repository, blobs: BlobReader) {
    this.#repository = repository;
    this.#blobs = blobs;
  }

  /**
   * The ids of the versions in these commits and their ancestors.
   *
   * Other stores are files that were stores when they were added: those of the usual name, YAML files, and those whose names
   * end as the store's does now.
   *
   * @param revisions those that git does not know are left out
   * @param path of the store, from the repository's root, with `/`
   * @throws PprotectError `git_failed`
   */
  async of(revisions: readonly string[], path: string): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for (const [each, file] of await this.#filesIn(revisions, patternsFor(path)))
      if (each === path || basename(each) === DEFAULT_FILE || (await this.#wasStore(file)))
        for (const id of file.versions) ids.add(id);
    return ids;
  }

  async #filesIn(
    revisions: readonly string[],
    patterns: readonly string[],
  ): Promise<ReadonlyMap<string, FileHistory>> {
    if (revisions.length === 0) return new Map();
    const key = patterns.join("\0");
    const last = this.#last.get(key);
    const before = last && (await this.#include(revisions, last.revisions)) ? last : undefined;
    const range = [...revisions, ...(before?.revisions ?? []).map((revision) => `^${revision}`)];
    const command = [...LOG, "--end-of-options", ...range, "--", ...patterns];
    const listed = await this.#repository.tryRun(...command);
    if (listed === undefined) {
      const known = await this.#known(revisions);
      if (known.length < revisions.length) return this.#filesIn(known, patterns);
    }
    const files = before?.files ?? new Map<string, FileHistory>();
    // What git could not do with commits that it knows is an error: the keys in them would be missed.
    addChanges(files, listed ?? (await this.#repository.run(...command)));
    this.#last.set(key, { revisions, files });
    return files;
  }

  /** Whether each of the older commits is an ancestor of one of the others, or that one. */
  async #include(revisions: readonly string[], older: readonly string[]): Promise<boolean> {
    for (const one of older) {
      const answers = revisions.map((revision) =>
        this.#repository.tryRun("merge-base", "--is-ancestor", one, revision),
      );
      if ((await Promise.all(answers)).every((answer) => answer === undefined)) return false;
    }
    return true;
  }

  async #known(revisions: readonly string[]): Promise<string[]> {
    const answers = await Promise.all(
      revisions.map((revision) =>
        this.#repository.tryRun("rev-parse", "--verify", "--quiet", `${revision}^{commit}`),
      ),
    );
    return revisions.filter((_, index) => answers[index] !== undefined);
  }

  async #wasStore(file: FileHistory): Promise<boolean> {
    for (const id of file.isStore ? [] : file.added) {
      const bytes = await this.#blobs.read(id, MAX_FILE_BYTES);
      if (bytes && holdsStore(bytes)) file.isStore = true;
    }
    file.added.clear();
    return file.isStore;
  }
}

/** The pattern of the store's own name is among them. */
function patternsFor(path: string): readonly string[] {
  const ends = [".yaml", ".yml", extname(path) || basename(path)];
  return [...new Set(ends)].map((end) => `:(top,icase,glob)**/*${end.replace(/[\\*?[]/g, "\\$&")}`);
}

function addChanges(files: Map<string, FileHistory>, listed: string): void {
  const fields = listed.split("\0");
  for (const [index, field] of fields.entries()) {
    const [, before, after, status] = RAW_ENTRY.exec(field) ?? [];
    const path = fields[index + 1];
    if (before === undefined || after === undefined || path === undefined) continue;
    const file = files.get(path) ?? { versions: new Set(), added: new Set(), isStore: false };
    files.set(path, file);
    for (const id of [before, after]) if (!NO_BLOB.test(id)) file.versions.add(id);
    if (status === "A") file.added.add(after);
  }
}

const NO_BLOB = /^0+$/;

/** All that commits change, against each of their parents. */
const LOG = [
  ...["log", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-follow", "-m", "--root", "--full-history"],
  ...["--no-show-signature", "--no-color", "--format="],
];

/** What `--raw` has before a path: `:MODE MODE ID ID STATUS`. */
const RAW_ENTRY = /^\n?:\d{6} \d{6} ([0-9a-f]+) ([0-9a-f]+) ([A-Z])/;
