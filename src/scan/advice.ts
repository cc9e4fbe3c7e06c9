import { isDotenvFile } from "./files/dotenv.ts";
import { findsOwnCredentials } from "./rules/pprotect.ts";

/** As many lines as are named; of the others, there is only the number. */
const NAMED_LINES = 3;

/**
 * The message of a finding: what was found, what to do about it, and how to allow it. It holds nothing of the line.
 *
 * @param what the kind of secret, such as "a GitHub token"
 * @param others the numbers of the other lines with the same secret
 */
export function adviceFor(rule: string, what: string, path: string, others: readonly number[] = []): string {
  return `looks like ${what}${also(others)}: ${adviceOn(rule, path)}, or add \`pprotect:allow\` to the line if it is not a secret`;
}

function also(others: readonly number[]): string {
  if (others.length === 0) return "";
  const more = others.length - NAMED_LINES;
  return ` (also in line ${others.slice(0, NAMED_LINES).join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
}

function adviceOn(rule: string, path: string): string {
  if (findsOwnCredentials(rule)) {
    return "keep it outside the repository, and if it was ever shared change it with `pprotect set-key-custodian-passphrase` or `rekey-custodian`";
  }
  if (rule === "dotenv-file" || isDotenvFile(path)) {
    return "import the file into the store with `pprotect import`, list it in .gitignore, and replace its secrets if it was ever shared";
  }
  return "move it into the store with `pprotect add-secret` and replace it if it was ever shared";
}
