import { isDotenvFile } from "./files/dotenv.ts";
import { findsOwnCredentials } from "./rules/pprotect.ts";

/**
 * The message of a finding: what was found, what to do about it, and how to allow it. It holds nothing of the line.
 *
 * @param what the kind of secret, such as "a GitHub token"
 */
export function adviceFor(rule: string, what: string, path: string): string {
  return `looks like ${what}: ${adviceOn(rule, path)}, or add \`pprotect:allow\` to the line if it is not a secret`;
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
