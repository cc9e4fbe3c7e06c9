import { existsSync, lstatSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { withoutLineEnd } from "../../common/text.ts";
import { fileError } from "../../system/file-error.ts";
import type { Repository } from "../process/repository.ts";
import { HOOK_MANAGERS, type HookManager } from "./hook-managers.ts";
import { CHAINED_SUFFIX } from "./hook-script.ts";

/** The file of a pre-commit hook, and of an earlier hook that ours runs first. */
export interface HookFile {
  readonly directory: string;
  readonly directoryExists: boolean;
  readonly path: string;
  /** `undefined` when there is no hook. */
  readonly text: string | undefined;
  /** Whether git, or husky, would run it. */
  readonly runs: boolean;
  readonly chainedPath: string;
  readonly chainedExists: boolean;
}

/** Where the pre-commit hook belongs, and whether install may write it. */
export type HookLocation =
  | { readonly kind: "ours"; readonly hook: HookFile }
  | { readonly kind: "managed"; readonly manager: HookManager; readonly text: string }
  /** A hooks directory set in the user's or the system's configuration: a hook in it runs in every repository. */
  | { readonly kind: "shared"; readonly hook: HookFile }
  /** A `core.hooksPath` that is not a directory: git runs no hooks. */
  | { readonly kind: "off"; readonly path: string };

/** Finds where this repository's pre-commit hook belongs. */
export async function findHookLocation(
  { root, run, tryRun }: Repository,
  commonDir: string,
): Promise<HookLocation> {
  const manager = HOOK_MANAGERS.find(({ file }) => existsSync(join(root, file)));
  if (manager) return { kind: "managed", manager, text: readText(join(root, manager.file)) ?? "" };
  const [scope, value] = (
    (await tryRun("config", "--null", "--show-scope", "--get", "core.hooksPath")) ?? ""
  ).split("\0");
  const directory = resolve(root, withoutLineEnd(await run("rev-parse", "--git-path", "hooks")));
  // Git takes an empty value for the root of the file system.
  if (value === "" || existsAsNonDirectory(directory)) return { kind: "off", path: value ?? directory };
  const husky = huskyDirectory(directory);
  const hook = readHook(husky ?? directory, husky !== undefined);
  const own = scope === "" || scope === undefined || scope === "local" || scope === "worktree";
  return {
    kind: own || isInside(directory, root) || isInside(directory, commonDir) ? "ours" : "shared",
    hook,
  };
}

/** The pre-commit hook in a directory. @param husky whether husky runs it, which needs no execute permission */
export function readHook(directory: string, husky: boolean): HookFile {
  const path = join(directory, "pre-commit");
  const text = readText(path);
  const chainedPath = `${path}${CHAINED_SUFFIX}`;
  return {
    directory,
    directoryExists: existsSync(directory),
    path,
    text,
    runs: text !== undefined && (husky || isExecutable(path)),
    chainedPath,
    chainedExists: lstatSync(chainedPath, { throwIfNoEntry: false }) !== undefined,
  };
}

/** Husky sets `core.hooksPath` to its own directory (`.husky/_`), whose hooks run those of the parent directory. */
function huskyDirectory(directory: string): string | undefined {
  const isHusky =
    basename(directory) === "_" &&
    (existsSync(join(directory, "h")) || basename(dirname(directory)) === ".husky");
  return isHusky ? dirname(directory) : undefined;
}

/** A file's text; "" for a broken symbolic link, `undefined` when there is no file. */
function readText(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  try {
    return existsSync(path) ? readFileSync(path, "latin1") : "";
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/** On Windows, git does not look at permissions. */
function isExecutable(path: string): boolean {
  if (process.platform === "win32") return true;
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o100) !== 0;
}

function existsAsNonDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}

function isInside(path: string, directory: string): boolean {
  const inner = relative(directory, path);
  return !isAbsolute(inner) && inner.split(/[\\/]/)[0] !== "..";
}
