import { createHash } from "node:crypto";
import { realpathSync, type Stats, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute } from "node:path";
import { readRegularFileInPieces } from "../../system/read-regular-file.ts";

/**
 * The program that hooks run where PATH has no pprotect, as that of a graphical program.
 *
 * Hooks compare its content (SHA-256), because a path, an inode, a size and times stay the same when a checkout, an
 * installer or an attacker puts another file there.
 */
export interface RecordedProgram {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** The keys in the repository's configuration, which hooks read. */
export const PROGRAM_KEYS = { path: "pprotect.path", sha256: "pprotect.sha256" } as const;

/**
 * This program, if it is a compiled binary that nobody but this user and root can replace: between the comparison and
 * the start of the program, another user could otherwise put their own in its place.
 */
export function thisProgram(): RecordedProgram | undefined {
  if (!/[/\\](?:\$bunfs|~BUN)[/\\]/.test(Bun.main)) return undefined;
  const path = realpathSync(process.execPath);
  const sha256 = isReplaceable(path) ? undefined : digestOf(path);
  return sha256 === undefined ? undefined : { path, sha256 };
}

/** Whether a recorded program is still there with the same content. */
export function isUnchanged({ path, sha256 }: RecordedProgram): boolean {
  return digestOf(path) === sha256;
}

function digestOf(path: string): string | undefined {
  try {
    const hash = createHash("sha256");
    readRegularFileInPieces(path, (piece) => void hash.update(piece));
    return hash.digest("hex");
  } catch {
    return undefined;
  }
}

/** Whether other users can write the file or a directory above it. On Windows, permissions are not looked at. */
function isReplaceable(path: string): boolean {
  if (process.platform === "win32") return false;
  const parent = dirname(path);
  return isWritableByOthers(statSync(path)) || (parent !== path && isReplaceable(parent));
}

/** The user's own group counts as the user: on many systems nobody else is in it, and it may write by default. */
function isWritableByOthers({ mode, uid, gid }: Stats): boolean {
  const foreign = uid !== 0 && uid !== process.getuid?.();
  const group = (mode & 0o020) !== 0 && gid !== 0 && gid !== process.getgid?.();
  return foreign || group || (mode & 0o002) !== 0;
}

/** How a shell that was not started by npm finds pprotect. */
export type Reach = "path" | "only-npm" | "no";

/** npm, npx and others put these before the user's own PATH. */
const BY_NPM = /[/\\](?:node_modules[/\\]\.bin|node-gyp-bin)[/\\]?$/;

/** Whether the user's PATH has pprotect, without the directories that npm or npx adds for its own programs. */
export function reachOfPprotect(path = process.env.PATH ?? ""): Reach {
  const directories = path.split(delimiter).filter((directory) => isAbsolute(directory));
  const own = directories.filter((directory) => !BY_NPM.test(directory));
  const finds = (list: readonly string[]): boolean =>
    Bun.which("pprotect", { PATH: list.join(delimiter) }) !== null;
  if (finds(own)) return "path";
  return finds(directories) ? "only-npm" : "no";
}
