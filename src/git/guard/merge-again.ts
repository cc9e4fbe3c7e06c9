import { shellWord } from "../../common/shell-quote.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { DEFAULT_FILE } from "../../store/locate-store.ts";

/** How to do a merge of a store again, before its commit and after it. @param path from the repository's root */
export function mergeAgain(path: string): string {
  const word = shellWord(escapeUnprintable(path));
  const file = path === DEFAULT_FILE ? "" : `--file ${word} `;
  return `merge again (\`git checkout -m -- ${word}\`, then \`pprotect git resolve\`; after the commit, \`pprotect git resolve ${file}--merge COMMIT\`)`;
}
