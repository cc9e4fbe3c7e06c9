import { existsSync, lstatSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { withoutLineEnd } from "../../common/text.ts";
import { fileError } from "../../system/file-error.ts";
import type { Repository } from "../process/repository.ts";
import { HOOK_MANAGERS, type HookManager } from "./hook-managers.ts";
import { CHAINED_SUFFIX } from "./hook-script.ts";

/** A pre-commit hook's file and the one that ours runs first. */
export interface HookFile {
  readonly folder: string;
  readonly folderExists: boolean;
  readonly path: string;
  /** Nothing when there is no hook. */
  readonly text: string | undefined;
  /** Whether git, or husky in its stead, would run it. */
  readonly runs: boolean;
  readonly chainedPath: string;
  readonly chainedExists: boolean;
}

/** Where the guard has its place, and who may put it there. */
export type HookPlace =
  | { readonly kind: "ours"; readonly hook: HookFile }
  | { readonly kind: "managed"; readonly manager: HookManager; readonly text: string }
  /** A hooks folder from the user's own or the system's config: a hook in it would run in every repository. */
  | { readonly kind: "shared"; readonly hook: HookFile }
  /** A `core.hooksPath` that is no folder: git runs no hooks at all. */
  | { readonly kind: "off"; readonly path: string };

/** Finds where this repository's pre-commit hook belongs. */
export async function findHookPlace(
  { root, run, tryRun }: Repository,
  commonDir: string,
): Promise<HookPlace> {
  const manager = HOOK_MANAGERS.find(({ file }) => existsSync(join(root, file)));
  if (manager) return { kind: "managed", manager, text: readText(join(root, manager.file)) ?? "" };
  const [scope, value] = (
    (await tryRun("config", "--null", "--show-scope", "--get", "core.hooksPath")) ?? ""
  ).split("\0");
  const folder = resolve(root, withoutLineEnd(await run("rev-parse", "--git-path", "hooks")));
  // An empty value is the root of the file system to git.
  if (value === "" || isOtherThanFolder(folder)) return { kind: "off", path: value ?? folder };
  const husky = huskyFolder(folder);
  const hook = readHook(husky ?? folder, husky !== undefined);
  const own = scope === "" || scope === undefined || scope === "local" || scope === "worktree";
  return { kind: own || isInside(folder, root) || isInside(folder, commonDir) ? "ours" : "shared", hook };
}

/** The hook in a folder. */
export function readHook(folder: string, husky: boolean): HookFile {
  const path = join(folder, "pre-commit");
  const text = readText(path);
  const chainedPath = `${path}${CHAINED_SUFFIX}`;
  return {
    folder,
    folderExists: existsSync(folder),
    path,
    text,
    runs: text !== undefined && (husky || isExecutable(path)),
    chainedPath,
    chainedExists: lstatSync(chainedPath, { throwIfNoEntry: false }) !== undefined,
  };
}

/** husky points git at a folder of its own (`.husky/_`) that runs the hooks of the folder around it. */
function huskyFolder(folder: string): string | undefined {
  const isHusky =
    basename(folder) === "_" && (existsSync(join(folder, "h")) || basename(dirname(folder)) === ".husky");
  return isHusky ? dirname(folder) : undefined;
}

/** A file's text, a link to nowhere as an empty one. */
function readText(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  try {
    return existsSync(path) ? readFileSync(path, "latin1") : "";
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/** On Windows, git goes by a script's first line. */
function isExecutable(path: string): boolean {
  if (process.platform === "win32") return true;
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o100) !== 0;
}

function isOtherThanFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(/[\\/]/)[0] !== "..";
}
