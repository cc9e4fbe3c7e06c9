import { accessSync, chmodSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { shellWord } from "../../../common/shell-quote.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { environmentNames } from "../../../credentials/environment-names.ts";
import { AGE_START_BYTES, isAgeFile } from "../../../crypto/age-format.ts";
import { couldBeCommitted } from "../../../git/ignored.ts";
import { usualKeyFile } from "../../../system/age-identities.ts";
import { errnoOf, reasonOf } from "../../../system/file-error.ts";
import { isNamedPipe } from "../../../system/named-pipe.ts";
import { readStart } from "../../../system/read-start.ts";
import { stateDirectory } from "../../../system/state-directory.ts";
import { type Examined, type Finding, failure, ok } from "../finding.ts";

/** Group and others. */
const OTHERS = 0o077;

/** Whether the files with passphrases and keys, and what pprotect remembers, are this user's alone. */
export async function checkPrivateFiles(examined: Examined): Promise<readonly Finding[]> {
  return [
    ...exported(examined),
    ...(await passphraseFile(examined)),
    ...ageIdentities(examined),
    ...state(examined),
  ];
}

function exported({ environment, prefix }: Examined): readonly Finding[] {
  const { passphrase } = environmentNames(prefix);
  if (!environment[passphrase]) return [ok("environment", "no passphrase is in the environment")];
  const message = `${passphrase} is in the environment, where every program of this shell can read it`;
  return [
    {
      id: "environment",
      level: "warn",
      message,
      fix: "`pprotect unlock` asks once; in CI, this is as it must be",
    },
  ];
}

async function passphraseFile({ environment, prefix }: Examined): Promise<readonly Finding[]> {
  const path = environment[environmentNames(prefix).passphraseFile];
  if (!path) return [];
  const shown = escapeUnprintable(path);
  const id = "passphrase-file";
  const problem = problemOf(path);
  if (problem !== undefined) {
    const message =
      problem === "absent"
        ? `the passphrase file ${shown} does not exist`
        : `the passphrase file ${shown} cannot be read: ${problem}`;
    return [{ id, level: "fail", message, fix: "correct its name" }];
  }
  // What a pipe gives can be read once.
  if (isNamedPipe(path)) return [];
  const encrypted = isAgeFile(readStart(path, AGE_START_BYTES));
  const open = encrypted ? undefined : readableByOthers(id, "the passphrase file", path, 0o600);
  const committable =
    !encrypted && (await couldBeCommitted(path))
      ? [
          {
            id,
            level: "fail",
            message: `git does not ignore the passphrase file ${shown}, so it could be committed`,
            fix: "move it out of the repository",
          } as const,
        ]
      : [];
  const found = [...(open ? [open] : []), ...committable];
  return found.length > 0 ? found : [ok(id, `only you can read the passphrase file ${shown}`)];
}

/** Where SOPS and age keep the keys that `import` and `--passphrase-file X.age` use. */
function ageIdentities({ environment }: Examined): readonly Finding[] {
  const files = [environment.SOPS_AGE_KEY_FILE, usualKeyFile(environment)];
  return [...new Set(files)]
    .filter((path) => path !== undefined && existsSync(path))
    .map(
      (path = "") =>
        readableByOthers("age-identity", "the age identity", path, 0o600) ??
        ok("age-identity", `only you can read the age identity ${escapeUnprintable(path)}`),
    );
}

function state({ environment }: Examined): readonly Finding[] {
  let path: string;
  try {
    path = stateDirectory(environment);
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    return [failure("state", error)];
  }
  const problem = uselessness(path);
  if (problem !== undefined) {
    const message = `the directory with accepted keys and the access log, ${escapeUnprintable(path)}, cannot be used: ${problem}`;
    return [{ id: "state", level: "fail", message, fix: "$XDG_STATE_HOME names another place for it" }];
  }
  return [
    readableByOthers("state", "the directory with accepted keys and the access log,", path, 0o700) ??
      ok("state", "only you can read the accepted keys and the access log"),
  ];
}

/** Why a directory cannot be used, in strerror's words; one that does not exist is made in the nearest one that does. */
function uselessness(path: string): string | undefined {
  const problem = problemOf(path, constants.R_OK | constants.W_OK | constants.X_OK);
  if (problem !== "absent") return problem;
  return path === dirname(path) ? undefined : uselessness(dirname(path));
}

/** Why a file cannot be used, in strerror's words: `absent` if it does not exist, nothing if it can be. */
function problemOf(path: string, mode = constants.R_OK): string | undefined {
  try {
    accessSync(path, mode);
    return undefined;
  } catch (error) {
    return errnoOf(error) === "ENOENT" ? "absent" : reasonOf(errnoOf(error));
  }
}

/** @returns nothing if the file does not exist or is private; on Windows, modes say nothing */
function readableByOthers(id: string, what: string, path: string, mode: number): Finding | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats || process.platform === "win32" || (stats.mode & OTHERS) === 0) return undefined;
  return {
    id,
    level: "fail",
    message: `other users can read ${what} ${escapeUnprintable(path)}`,
    fix: `\`chmod ${mode.toString(8)} ${shellWord(escapeUnprintable(path))}\``,
    repair: () => chmodSync(path, mode),
  };
}
