import { appendFileSync, existsSync, lstatSync } from "node:fs";
import { basename, join } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { shellWord } from "../../../common/shell-quote.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import type { Repository } from "../../../git/process/repository.ts";
import { ifThere } from "../../../system/if-there.ts";
import { readRegularText } from "../../../system/read-regular-file.ts";
import { readStart } from "../../../system/read-start.ts";
import { removeExpired } from "../../reading/expired.ts";
import { type Examined, type Finding, ok } from "../finding.ts";

/** More than a private key has before its first line. */
const START_BYTES = 64 * 1024;

/** Whether files with secrets in plain text are in the work tree. */
export async function checkPlaintext({ repository }: Examined): Promise<readonly Finding[]> {
  return repository && !(repository instanceof PprotectError) ? secretFiles(repository) : [];
}

/** Whether something is left where a lease wrote it. */
export async function checkLeftovers(): Promise<readonly Finding[]> {
  const { removed } = await removeExpired(true, () => {});
  if (removed.length === 0) return [ok("leftovers", "nothing is left of leases that have ended")];
  return [
    {
      id: "leftovers",
      level: "warn",
      message: `left of leases that have ended: ${removed.map(escapeUnprintable).join(", ")}`,
      fix: "`pprotect cleanup --expired` removes it",
      repair: removeLeftovers,
    },
  ];
}

async function removeLeftovers(): Promise<void> {
  const { kept } = await removeExpired(false, () => {});
  if (kept.length === 0) return;
  throw new PprotectError(
    "foreign_file",
    `changed since they were written: ${kept.map(escapeUnprintable).join(", ")}`,
    "look at them, and remove them yourself",
  );
}

/** Files whose name says that secrets are in them: tracked by git, or not ignored. */
async function secretFiles(repository: Repository): Promise<readonly Finding[]> {
  const list = async (...options: readonly string[]): Promise<readonly string[]> =>
    (await repository.run("-C", repository.root, "ls-files", "-z", ...options)).split("\0").filter(isSuspect);
  const tracked = (await list("--cached")).filter((path) => hasSecrets(join(repository.root, path)));
  const untracked = (await list("--others", "--exclude-standard")).filter((path) =>
    hasSecrets(join(repository.root, path)),
  );
  if (tracked.length + untracked.length === 0)
    return [ok("plaintext", "no file in the work tree looks like one with secrets in plain text")];
  return [
    ...tracked.map((path) => trackedFile(path)),
    ...untracked.map((path) => untrackedFile(repository.root, path)),
  ];
}

function trackedFile(path: string): Finding {
  const shown = escapeUnprintable(path);
  const fix = isDotenv(path)
    ? `\`pprotect import DOMAIN ${shellWord(shown)}\`, then \`git rm --cached ${shellWord(shown)}\`, and change the values`
    : `\`git rm --cached ${shellWord(shown)}\`, and replace the key`;
  return { id: "plaintext", level: "fail", message: `git tracks ${shown}`, fix };
}

function untrackedFile(root: string, path: string): Finding {
  const shown = escapeUnprintable(path);
  return {
    id: "plaintext",
    level: "warn",
    message: `git does not ignore ${shown}`,
    fix: `add a line "/${shown}" to .gitignore`,
    repair: () => ignore(root, path),
  };
}

function ignore(root: string, path: string): void {
  const file = join(root, ".gitignore");
  const before = existsSync(file) ? readRegularText(file) : "";
  const separator = before === "" || before.endsWith("\n") ? "" : "\n";
  // What a pattern would take for more than a name: gitignore(5).
  appendFileSync(file, `${separator}/${path.replaceAll(/[\\*?[\]!# ]/g, "\\$&")}\n`);
}

function isSuspect(path: string): boolean {
  return (
    isDotenv(path) ||
    /\.(?:pem|key|p12|pfx)$|(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)$|(?:^|\/)secrets\//.test(path)
  );
}

function isDotenv(path: string): boolean {
  return /^\.env(?:\.|$)/.test(basename(path)) && !/\.(?:example|sample|template|dist|defaults)$/.test(path);
}

/** A certificate is not a secret, and neither is what SOPS, dotenvx or age has encrypted. */
function hasSecrets(path: string): boolean {
  if (!ifThere(() => lstatSync(path))?.isFile()) return false;
  const start = Buffer.from(readStart(path, START_BYTES)).toString("latin1");
  if (/\.(?:p12|pfx)$/.test(path)) return start !== "";
  if (/\bENC\[AES256_GCM|=["']?encrypted:|^age-encryption\.org|BEGIN AGE ENCRYPTED FILE/m.test(start))
    return false;
  if (isDotenv(path)) return /^\s*(?:export\s+)?[\w.-]+\s*=\s*[^\s#]/m.test(start);
  if (/\.(?:pem|key)$|id_\w+$/.test(path)) return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(start);
  return start !== "";
}
