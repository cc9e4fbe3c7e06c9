import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import { quotedPath } from "../../common/quoted-path.ts";
import { countNoun } from "../../common/text.ts";
import { addedEntries, Baseline } from "../../scan/baseline.ts";
import { BASELINE_FILE, entryKey, type LocatedEntry, readBaseline } from "../../scan/baseline-file.ts";
import type { Finding } from "../../scan/finding.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { Subject } from "./subject.ts";
import type { CheckedVersions } from "./versions.ts";

/** The guard's rule for what is to be said about the baseline itself. */
export const BASELINE_RULE = "baseline";

/** How many entries are named. */
const NAMED = 5;

/** The baseline in the root of the repository. */
export class BaselineOfVersions {
  readonly #blobs: BlobReader;
  readonly #versions: CheckedVersions;
  /** The baseline that {@link had} read last: most commits have that of the one before. */
  #last: { readonly bytes: Uint8Array; readonly keys: ReadonlySet<string> } | undefined;

  constructor(blobs: BlobReader, versions: CheckedVersions) {
    this.#blobs = blobs;
    this.#versions = versions;
  }

  /**
   * That of the newest commits, or of what is staged. It knows what it had before the change.
   * @throws PprotectError `invalid_config`
   */
  readonly newest = lazy(async (): Promise<Baseline | undefined> => {
    const { tips, bases } = this.#versions;
    const entries = (await Promise.all(tips.map((tip) => this.#at(tip)))).flat();
    if (entries.length === 0) return undefined;
    const before = (await Promise.all(bases.map((base) => this.#before(base)))).flat();
    return new Baseline(BASELINE_FILE, entries, before);
  });

  /** A warning about what a commit adds to the baseline. */
  async change(subject: Subject): Promise<readonly Finding[]> {
    const [parent] = subject.parents;
    const before = parent === undefined ? [] : await this.#before(`${parent}:`);
    const added = addedEntries(await this.#before(subject.prefix), before);
    const [first] = added;
    if (!first) return [];
    const named = added.slice(0, NAMED).map(({ rule, path }) => `${rule} in ${quotedPath(path)}`);
    const more = added.length > NAMED ? ` and ${added.length - NAMED} more` : "";
    const message = `accepts ${countNoun(added.length, "more finding")}: ${named.join(", ")}${more}`;
    return [{ path: BASELINE_FILE, line: first.line, rule: BASELINE_RULE, message }];
  }

  /** Whether the baseline of one of some commits has an entry. */
  async had(commits: readonly string[], entry: LocatedEntry): Promise<boolean> {
    for (const commit of commits) if ((await this.#keysAt(`${commit}:`)).has(entryKey(entry))) return true;
    return false;
  }

  async #keysAt(prefix: string): Promise<ReadonlySet<string>> {
    const bytes = await this.#blobs.read(prefix + BASELINE_FILE);
    if (!bytes) return new Set();
    if (this.#last && Buffer.from(bytes).equals(this.#last.bytes)) return this.#last.keys;
    const keys = new Set(readableEntries(bytes).map(entryKey));
    this.#last = { bytes, keys };
    return keys;
  }

  async #at(prefix: string): Promise<readonly LocatedEntry[]> {
    const bytes = await this.#blobs.read(prefix + BASELINE_FILE);
    return bytes ? readBaseline(bytes, BASELINE_FILE) : [];
  }

  async #before(prefix: string): Promise<readonly LocatedEntry[]> {
    const bytes = await this.#blobs.read(prefix + BASELINE_FILE);
    return bytes ? readableEntries(bytes) : [];
  }
}

/** The entries of an earlier version; one that cannot be read had none. */
function readableEntries(bytes: Uint8Array): readonly LocatedEntry[] {
  try {
    return readBaseline(bytes, BASELINE_FILE);
  } catch (error) {
    if (error instanceof PprotectError && error.code === "invalid_config") return [];
    throw error;
  }
}

/** Warnings about entries that accept nothing any more. */
export function unusedEntries({ file, unused }: Baseline): readonly Finding[] {
  return unused.map(({ path, rule, line }) => ({
    path: file,
    line,
    rule: BASELINE_RULE,
    message: `${rule} in ${quotedPath(path)} is not found any more: remove the entry, or all such entries with \`--write-baseline\``,
  }));
}
