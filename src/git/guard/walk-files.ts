import { lstatSync, readdirSync, statSync } from "node:fs";
import { isAbsolute, join, normalize, relative, sep } from "node:path";
import { pathText } from "../../common/path-bytes.ts";
import { fileError } from "../../system/file-error.ts";
import { absolutePath, currentDirectory, systemPath } from "../../system/path-text.ts";

/**
 * The regular files that paths name, each once, in order. Directories are walked; `.git` in them and symbolic links are passed
 * over.
 *
 * @param notRead gets a path in a directory that cannot be read
 * @throws PprotectError `file_error` for a path that was given and cannot be read
 */
export function* filesIn(
  paths: readonly string[],
  notRead: (path: string, error: unknown) => void,
): Generator<string> {
  const seen = new Set<string>();
  for (const given of paths) {
    const start = projectPath(given)
      .replace(/(?!^)\/+$/, "")
      .replace(/^(?:\.\/+)+(?=.)/, "");
    for (const path of walk(start, true, notRead)) {
      if (seen.has(path)) continue;
      seen.add(path);
      yield path;
    }
  }
}

/**
 * A path without `..` where it can be, relative if it is in the current directory: the rules and the baseline there know files by such
 * paths. After a link to a directory, `..` is another directory than the one before the link: there it stays.
 */
function projectPath(given: string): string {
  const path = relative(currentDirectory(), absolutePath(given)) || ".";
  const isOutside = isAbsolute(path) || path.split(sep)[0] === "..";
  const shortest = isOutside ? normalize(given) : path;
  return isSameFile(shortest, given) ? shortest : given;
}

function isSameFile(first: string, second: string): boolean {
  try {
    const [one, other] = [statSync(systemPath(first)), statSync(systemPath(second))];
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}

function* walk(
  path: string,
  given: boolean,
  notRead: (path: string, error: unknown) => void,
): Generator<string> {
  let names: string[];
  try {
    // A link that was given is followed: the user named it. So is a descriptor, of which the system says less.
    const stats = given ? statSync(systemPath(path)) : lstatSync(systemPath(path));
    if (stats.isFile() || (given && !stats.isDirectory())) {
      yield path;
      return;
    }
    if (!stats.isDirectory()) return;
    names = readdirSync(systemPath(path), { encoding: "buffer" }).map(pathText).toSorted();
  } catch (error) {
    if (given) throw fileError("read", path, error);
    notRead(path, error);
    return;
  }
  for (const name of names) {
    if (name !== ".git") yield* walk(path === "." ? name : join(path, name), false, notRead);
  }
}
