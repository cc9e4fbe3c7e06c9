import type { IgnoreRules } from "../../scan/ignore-rules.ts";
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
  readonly #rules = new Map<string, IgnoreRules>();
  /** The version that was asked for last, and its rules. */
  #last: { readonly prefix: string; readonly rules: Promise<IgnoreRules | undefined> } | undefined;

  /** @param teamIds the ids of the team's own rules, which the file may name too */
  constructor(blobs: BlobReader, teamIds: () => Promise<ReadonlySet<string>>) {
    this.#blobs = blobs;
    this.#teamIds = teamIds;
  }

  /**
   * @param prefix what git puts before the path of a file of the version: `:` for the index, or `COMMIT:`
   * @returns `undefined` when the version has no such file
   */
  of(prefix: string): Promise<IgnoreRules | undefined> {
    if (this.#last?.prefix !== prefix) this.#last = { prefix, rules: this.#read(prefix) };
    return this.#last.rules;
  }

  async #read(prefix: string): Promise<IgnoreRules | undefined> {
    const bytes = await this.#blobs.read(prefix + IGNORE_FILE);
    if (!bytes) return undefined;
    const text = Buffer.from(bytes).toString("utf8");
    let rules = this.#rules.get(text);
    if (!rules) {
      // Loaded here, because few repositories have the file.
      const { parseIgnoreRules, ruleIds } = await import("../../scan/scanner.ts");
      rules = parseIgnoreRules(text, new Set([...ruleIds, ...STORE_RULES, ...(await this.#teamIds())]));
      this.#rules.set(text, rules);
    }
    return rules;
  }
}
