import { spawnGit } from "../process/stream.ts";

const LINE_FEED = 10;

/** As many texts are looked for: each takes one git for each commit. */
const MOST_TEXTS = 16;

/** Answers whether files of some commits have a text. Each text is looked for once. */
export class CommitTexts {
  readonly #root: string;
  readonly #commits: readonly string[];
  readonly #answers = new Map<string, boolean>();

  /** @param commits any revisions; one that does not exist has no text */
  constructor(root: string, commits: readonly string[]) {
    this.#root = root;
    this.#commits = commits;
  }

  /** @param text one line or a part of it, as bytes; other texts, and those after the first few, count as new */
  async have(text: Uint8Array): Promise<boolean> {
    if (text.length === 0 || text.includes(LINE_FEED) || text.includes(0)) return false;
    const key = Buffer.from(text).toString("latin1");
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#answers.size === MOST_TEXTS) return false;
    const answer = await this.#search(text);
    this.#answers.set(key, answer);
    return answer;
  }

  async #search(text: Uint8Array): Promise<boolean> {
    // By standard input: it may be a secret.
    const input = Buffer.concat([text, Buffer.from("\n")]);
    const args = [
      "grep",
      "--quiet",
      "--text",
      "--fixed-strings",
      "--no-textconv",
      "--no-recurse-submodules",
      "-f",
      "-",
    ];
    for (const commit of this.#commits) {
      if ((await spawnGit(this.#root, [...args, commit, "--"], input).exited) === 0) return true;
    }
    return false;
  }
}
