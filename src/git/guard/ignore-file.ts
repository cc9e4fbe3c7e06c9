import type { IgnoreRules } from "../../scan/ignore-rules.ts";
import type { BlobReader } from "../process/cat-file.ts";

/** Where the repository says what the guard leaves out. */
export const IGNORE_FILE = ".pprotectignore";

/** Rules about stores, which the file may name besides the scanner's. */
const STORE_RULES = [
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
];

/** The {@link IGNORE_FILE} of each version that is checked, each text read once. */
export class IgnoreFiles {
  readonly #blobs: BlobReader;
  readonly #rules = new Map<string, IgnoreRules>();

  constructor(blobs: BlobReader) {
    this.#blobs = blobs;
  }

  /**
   * @param prefix how git names a file of the version, before its path: `:` for the index, `COMMIT:`
   * @returns `undefined` where the version has no such file
   */
  async of(prefix: string): Promise<IgnoreRules | undefined> {
    const bytes = await this.#blobs.read(prefix + IGNORE_FILE);
    if (!bytes) return undefined;
    const text = Buffer.from(bytes).toString("utf8");
    let rules = this.#rules.get(text);
    if (!rules) {
      // Loaded only here: few repositories have the file.
      const { parseIgnoreRules, ruleIds } = await import("../../scan/scanner.ts");
      rules = parseIgnoreRules(text, new Set([...ruleIds, ...STORE_RULES]));
      this.#rules.set(text, rules);
    }
    return rules;
  }
}
