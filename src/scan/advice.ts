import { isDotenvFile } from "./files/dotenv.ts";
import type { Finding } from "./finding.ts";
import { KEYSTORE_RULE } from "./keystore.ts";
import { findsOwnCredentials } from "./rules/pprotect.ts";

/** What was found, to say what to do about it. */
export interface Found {
  readonly rule: string;
  /** The kind of secret, such as "a GitHub token". */
  readonly what: string;
  readonly path: string;
  /** What the team says about its own rule. */
  readonly message?: string | undefined;
}

/** The message of a finding: what was found, what to do about it, and how to allow it. It holds nothing of the line. */
export function messageOf({ rule, what, path, message }: Found): Pick<Finding, "message" | "advice"> {
  if (message !== undefined)
    return {
      message: `${message} (rule of .pprotect.yaml; \`pprotect:allow ${rule}\` in the line allows it)`,
    };
  const mark =
    rule === KEYSTORE_RULE.id ? "list the file in .pprotectignore" : "add `pprotect:allow` to the line";
  const advice = `${adviceOn(rule, path)}, or ${mark} if it is not a secret`;
  return { message: `looks like ${what}: ${advice}`, advice };
}

function adviceOn(rule: string, path: string): string {
  if (findsOwnCredentials(rule)) {
    return "keep it outside the repository, and if it was ever shared change it with `pprotect set-key-custodian-passphrase` or `rekey-custodian`";
  }
  // The store holds text.
  if (rule === KEYSTORE_RULE.id) {
    return "keep it outside the repository, or add it to the store as base64, and replace it if it was ever shared";
  }
  if (rule === "dotenv-file" || isDotenvFile(path)) {
    return "import the file into the store with `pprotect import`, list it in .gitignore, and replace its secrets if it was ever shared";
  }
  return "move it into the store with `pprotect add-secret` and replace it if it was ever shared";
}
