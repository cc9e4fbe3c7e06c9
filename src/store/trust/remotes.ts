import { statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { sha256Hex } from "../../crypto/runtime-crypto.ts";
import { readRegularText } from "../../system/read-regular-file.ts";
import { repositoryRoot } from "../locate-store.ts";

/** Bytes of a git configuration that are looked at. */
const MAX_CONFIG = 256 * 1024;
const MAX_REMOTES = 16;

/**
 * By what a store is known in every clone: a digest of each remote's address together with the store's path in the
 * repository. The address itself may hold a password and is kept nowhere.
 *
 * Read from `.git/config` as it is, without git: this is about finding pins again, on a store's first use, and
 * a remote that is not seen here costs only that.
 *
 * @param store the store's real path
 * @returns nothing without a repository around it, or without remotes
 */
export function remoteDigests(store: string): string[] {
  const root = repositoryRoot(dirname(store));
  if (root === undefined) return [];
  const path = relative(root, store).split(sep).join("/");
  const addresses = new Set(remoteUrls(readConfig(root)).map((url) => normalizedUrl(url, root)));
  return [...addresses].slice(0, MAX_REMOTES).map((address) => digest(`${address}\0${path}`));
}

/** The text of the repository's configuration, or nothing where it cannot be read. */
function readConfig(root: string): string {
  try {
    const file = join(gitDirectory(root), "config");
    return statSync(file).size > MAX_CONFIG ? "" : readRegularText(file);
  } catch {
    return "";
  }
}

/** In a linked work tree or a submodule `.git` is a file that names the directory (gitrepository-layout(5)). */
function gitDirectory(root: string): string {
  const dotGit = join(root, ".git");
  if (statSync(dotGit).isDirectory()) return dotGit;
  const named = /^gitdir: (.+)$/m.exec(readRegularText(dotGit))?.[1];
  const directory = resolve(root, named ?? ".git");
  try {
    return resolve(directory, readRegularText(join(directory, "commondir")).trim());
  } catch {
    return directory;
  }
}

/** The addresses of `[remote "…"]` sections. */
function remoteUrls(config: string): string[] {
  const urls: string[] = [];
  let inRemote = false;
  for (const line of config.split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\s\]"]+)/.exec(line);
    if (section) inRemote = section[1]?.toLowerCase() === "remote";
    const url = inRemote ? /^\s*url\s*=\s*"?([^"\s]+)"?\s*$/i.exec(line)?.[1] : undefined;
    if (url !== undefined) urls.push(url);
  }
  return urls;
}

/** `git@host:a/b.git`, `ssh://git@host/a/b` and `https://user:password@host/a/b.git` are one: `host/a/b`. */
function normalizedUrl(url: string, root: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/+(.+)$/i.exec(url);
  const scpLike = /^(?:[^/@:]*@)?([^/:]+):(?!\/\/)(.+)$/.exec(url);
  const [, host, path] = withScheme ?? scpLike ?? [];
  const trimmed = (text: string): string => text.replace(/\/+$/, "").replace(/\.git$/, "");
  if (host === undefined || path === undefined) return trimmed(resolve(root, url.replace(/^file:\/\//i, "")));
  return `${host.toLowerCase()}/${trimmed(path).replace(/^\/+/, "")}`;
}

function digest(text: string): string {
  return sha256Hex(text);
}
