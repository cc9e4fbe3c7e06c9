import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import { readBounded } from "./bounded-read.ts";
import { errnoOf, fileError } from "./file-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Age identities, and the places that were looked at, for a message when none of them is a recipient's. */
export interface AgeIdentities {
  /** `AGE-SECRET-KEY-1…` and `AGE-SECRET-KEY-PQ-1…`: the kinds that need no other program. */
  readonly identities: readonly string[];
  /** Files with something else, such as an ssh key or a plugin's identity: for the program `age`. */
  readonly otherFiles: readonly string[];
  readonly places: readonly string[];
}

/** A text with identities, and its file if it is from one. */
interface IdentityText {
  readonly text: string;
  readonly file?: string;
}

const MAX_KEY_FILE_BYTES = 1024 * 1024;
const IDENTITY = /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+$/;

/**
 * The identities that SOPS would use, all of them: from `SOPS_AGE_KEY`, from the file that `SOPS_AGE_KEY_FILE`
 * names, and from the usual file.
 *
 * @throws PprotectError `file_error` when a file that the environment names cannot be read
 */
export function sopsIdentities(environment: Environment): AgeIdentities {
  const key = environment.SOPS_AGE_KEY;
  const named = environment.SOPS_AGE_KEY_FILE;
  const usual = usualKeyFile(environment);
  const texts = [
    key === undefined ? undefined : { text: key },
    named === undefined || named === "" ? undefined : readKeyFile(named, true),
    usual === undefined ? undefined : readKeyFile(usual, false),
  ];
  const places = ["SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", ...(usual === undefined ? [] : [usual])];
  return identitiesIn(
    texts.filter((each) => each !== undefined),
    places,
  );
}

/**
 * The identities in one file, as `age --identity` takes it.
 * @throws PprotectError `file_error`
 */
export function identitiesOfFile(path: string): AgeIdentities {
  const found = readKeyFile(path, true);
  return identitiesIn(found ? [found] : [], [path]);
}

function identitiesIn(texts: readonly IdentityText[], places: readonly string[]): AgeIdentities {
  const each = texts.map(({ text, file }) => ({ words: wordsOf(text), file }));
  const identities = each.flatMap(({ words }) => words.filter((word) => IDENTITY.test(word)));
  const others = each.filter(({ words }) => words.some((word) => !IDENTITY.test(word)));
  return {
    identities: [...new Set(identities)],
    otherFiles: [...new Set(others.flatMap(({ file }) => file ?? []))],
    places,
  };
}

function wordsOf(text: string): string[] {
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  return lines.flatMap((line) => line.trim().split(/\s+/)).filter((word) => word !== "");
}

/** Go's os.UserConfigDir(), as age/keysource.go of SOPS uses it: nothing where that is a relative path. */
export function usualKeyFile(environment: Environment): string | undefined {
  const home = environment.HOME ?? homedir();
  const xdg = environment.XDG_CONFIG_HOME;
  const directory =
    process.platform === "win32"
      ? environment.AppData
      : xdg || join(home, process.platform === "darwin" ? "Library/Application Support" : ".config");
  return directory !== undefined && isAbsolute(directory) ? join(directory, "sops/age/keys.txt") : undefined;
}

function readKeyFile(path: string, mustExist: boolean): IdentityText | undefined {
  try {
    const bytes = readBounded(path, path, MAX_KEY_FILE_BYTES);
    // What is not text, such as an encrypted identity, is left to the program `age`.
    return bytes && { text: decodeUtf8(bytes) ?? "?", file: path };
  } catch (error) {
    if (!mustExist && ["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return undefined;
    throw error instanceof PprotectError ? error : fileError("read", path, error);
  }
}
