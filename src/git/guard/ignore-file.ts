import { pathText } from "../../common/path-bytes.ts";
import type { IgnoreRules } from "../../scan/ignore-rules.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import type { BlobReader } from "../process/cat-file.ts";

/** The file in which a repository lists what the guard ignores. */
export const IGNORE_FILE = ".pprotectignore";

/** Rules of the guard itself; the file may name them and the scanner's rules. */
export const STORE_RULES = [
  "conflict-markers",
  "not-yaml",
  "duplicate-key",
  "not-sealed",
  "invalid-store",
  "store-comment",
  "mixed-keys",
  "copied-value",
  "lost-in-merge",
  "audit-log-rewritten",
  "no-audit-entry",
  "rotation-left-over",
  "rotation-not-joined",
  "not-scanned",
  "store-dump",
  "own-secret",
  "team-rule",
];

/** The {@link IGNORE_FILE} of each version that is checked. Each text is parsed once. */
export class IgnoreFiles {
  readonly #blobs: BlobReader;
  readonly #teamIds: () => Promise<ReadonlySet<string>>;
  readonly #fixed: IgnoreRules | undefined;
  readonly #rules = new Map<string, IgnoreRules>();
  /** The version that was asked for last, and its rules. */
  #last: { readonly prefix: string; readonly rules: Promise<IgnoreRules | undefined> } | undefined;

  /**
   * @param teamIds the ids of the team's own rules, which the file may name too
   * @param fixed the rules that count for every version, in place of its file
   */
  constructor(blobs: BlobReader, teamIds: () => Promise<ReadonlySet<string>>, fixed?: IgnoreRules) {
    this.#blobs = blobs;
    this.#teamIds = teamIds;
    this.#fixed = fixed;
  }

  /**
   * @param prefix what git puts before the path of a file of the version: `:` for the index, or `COMMIT:`
   * @returns `undefined` when the version has no such file
   */
  of(prefix: string): Promise<IgnoreRules | undefined> {
    if (this.#fixed) return Promise.resolve(this.#fixed);
    if (this.#last?.prefix !== prefix) this.#last = { prefix, rules: this.#read(prefix) };
    return this.#last.rules;
  }

  async #read(prefix: string): Promise<IgnoreRules | undefined> {
    const bytes = await this.#blobs.read(prefix + IGNORE_FILE, MAX_FILE_BYTES);
    if (!bytes) return undefined;
    const text = pathText(bytes);
    let rules = this.#rules.get(text);
    if (!rules) {
      rules = await ignoreRulesOf(text, await this.#teamIds());
      this.#rules.set(text, rules);
    }
    return rules;
  }
}

/** The rules in the text of an {@link IGNORE_FILE}. @param teamIds as of {@link IgnoreFiles} */
export async function ignoreRulesOf(text: string, teamIds: ReadonlySet<string>): Promise<IgnoreRules> {
  // Loaded here, because few repositories have the file.
  const { parseIgnoreRules, ruleIds } = await import("../../scan/scanner.ts");
  return parseIgnoreRules(text, new Set([...ruleIds, ...STORE_RULES, ...teamIds]));
}
