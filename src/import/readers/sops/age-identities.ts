import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { decodeUtf8 } from "../../../common/utf8.ts";
import { errnoOf, fileError } from "../../../system/file-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Age identities, and the places that were looked at, for a message when none of them is a recipient's. */
export interface AgeIdentities {
  /** `AGE-SECRET-KEY-1…` and `AGE-SECRET-KEY-PQ-1…`: the kinds that need no other program. */
  readonly identities: readonly string[];
  readonly places: readonly string[];
}

const MAX_KEY_FILE_BYTES = 1024 * 1024;
const IDENTITY = /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+$/;

/**
 * The identities that SOPS would use, all of them: from `SOPS_AGE_KEY`, from the file that `SOPS_AGE_KEY_FILE`
 * names, and from the usual file. Plugins, ssh keys and encrypted files are left to the program `sops`.
 *
 * @throws PprotectError `file_error` when a file that the environment names cannot be read
 */
export function ageIdentities(environment: Environment): AgeIdentities {
  const key = environment.SOPS_AGE_KEY;
  const named = environment.SOPS_AGE_KEY_FILE;
  const usual = usualKeyFile(environment);
  const texts = [
    key,
    named === undefined || named === "" ? undefined : readKeyFile(named, true),
    usual === undefined ? undefined : readKeyFile(usual, false),
  ];
  const words = texts.flatMap((text) => (text ?? "").split("\n").filter((line) => !line.startsWith("#")));
  const identities = words.flatMap((line) => line.trim().split(/\s+/)).filter((word) => IDENTITY.test(word));
  return {
    identities: [...new Set(identities)],
    places: ["SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", ...(usual === undefined ? [] : [usual])],
  };
}

/** Go's os.UserConfigDir(), as age/keysource.go uses it. */
function usualKeyFile(environment: Environment): string | undefined {
  const home = environment.HOME ?? homedir();
  const xdg = environment.XDG_CONFIG_HOME;
  const directory =
    process.platform === "win32"
      ? environment.AppData
      : xdg || join(home, process.platform === "darwin" ? "Library/Application Support" : ".config");
  return directory !== undefined && isAbsolute(directory) ? join(directory, "sops/age/keys.txt") : undefined;
}

function readKeyFile(path: string, mustExist: boolean): string | undefined {
  try {
    if (statSync(path).size > MAX_KEY_FILE_BYTES) return undefined;
    return decodeUtf8(readFileSync(path));
  } catch (error) {
    if (!mustExist && ["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return undefined;
    throw fileError("read", path, error);
  }
}
