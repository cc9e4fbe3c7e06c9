import { existsSync, lstatSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileError } from "../../system/file-error.ts";
import { readRegularFile } from "../../system/read-regular-file.ts";
import { realpathOfExistingPrefix } from "../../system/real-path.ts";
import type { Repository } from "../process/repository.ts";
import { revParse } from "../process/rev-parse.ts";
import { PRE_COMMIT } from "./guard-hooks.ts";
import { HOOK_MANAGERS, type HookManager } from "./hook-managers.ts";
import { chainedHookPath } from "./hook-script.ts";

/** The file of a hook, and of an earlier hook that ours runs first. */
export interface HookFile {
  readonly directory: string;
  readonly directoryExists: boolean;
  readonly path: string;
  /** `undefined` when there is no hook. */
  readonly text: string | undefined;
  /** Whether git, or husky, would run it. */
  readonly runs: boolean;
  readonly chained: ChainedHook;
}

/** An earlier hook that was moved aside. */
export interface ChainedHook {
  readonly directory: string;
  readonly path: string;
  /** `undefined` when there is none. */
  readonly text: string | undefined;
  readonly runs: boolean;
}

/** Where a hook belongs, and whether install may write it. */
export type HookLocation =
  | { readonly kind: "ours"; readonly hook: HookFile }
  /** A directory in the work tree that git does not ignore: what is in it is committed. */
  | {
      readonly kind: "committed";
      readonly hook: HookFile;
      /** The hook pre-merge-commit beside it. */
      readonly mergeHook: HookFile;
      readonly husky: boolean;
    }
  | ManagedLocation
  /** A hooks directory set in the user's or the system's configuration: a hook in it runs in every repository. */
  | { readonly kind: "shared"; readonly hook: HookFile }
  /** A `core.hooksPath` that is not a directory: git runs no hooks. */
  | { readonly kind: "off"; readonly path: string };

export interface ManagedLocation {
  readonly kind: "managed";
  readonly manager: HookManager;
  /** The text of its configuration file. */
  readonly text: string;
  readonly hook: HookFile;
  /** What pre-commit renamed when it installed its own hook, and runs before its own. */
  readonly legacy: HookFile;
}

/** Git runs it in place of pre-commit when it commits a merge itself. */
export const MERGE_HOOK = "pre-merge-commit";

/** Finds where a hook of this repository belongs. @param name the hook's */
export async function findHookLocation(
  repository: Repository,
  commonDir: string,
  name: string = PRE_COMMIT.name,
): Promise<HookLocation> {
  const { root } = repository;
  const { scope, value, directory } = await hooksDirectory(repository);
  // Git takes an empty value for the root of the file system.
  if (value === "" || existsAsNonDirectory(directory)) return { kind: "off", path: value ?? directory };
  const husky = huskyDirectory(directory);
  const hook = readHook(husky ?? directory, { husky: husky !== undefined, name });
  const manager = managerOf(root, hook.text);
  if (manager) {
    const text = readText(join(root, manager.file)) ?? "";
    return { kind: "managed", manager, text, hook, legacy: readLegacyHook(hook.directory, name) };
  }
  if (await isCommitted(repository, commonDir, hook.path)) {
    const options = { husky: husky !== undefined, name: MERGE_HOOK };
    return { kind: "committed", hook, mergeHook: readHook(hook.directory, options), husky: options.husky };
  }
  const own = scope === "" || scope === undefined || scope === "local" || scope === "worktree";
  return {
    kind: own || isInside(directory, root) || isInside(directory, commonDir) ? "ours" : "shared",
    hook,
  };
}

interface HooksDirectory {
  /** Of which configuration `core.hooksPath` is, and what it is. */
  readonly scope: string | undefined;
  readonly value: string | undefined;
  /** Where git looks for hooks. */
  readonly directory: string;
}

/** It is the same for every hook, and nothing that install does changes it: git is asked once. */
const asked = new WeakMap<Repository, Promise<HooksDirectory>>();

function hooksDirectory(repository: Repository): Promise<HooksDirectory> {
  const known = asked.get(repository) ?? askForHooksDirectory(repository);
  asked.set(repository, known);
  return known;
}

async function askForHooksDirectory(repository: Repository): Promise<HooksDirectory> {
  const setting = await repository.tryRun("config", "--null", "--show-scope", "--get", "core.hooksPath");
  const [scope, value] = (setting ?? "").split("\0");
  const { hooks } = await gitDirectories(repository);
  return { scope, value, directory: hooks };
}

/** Directories of a repository, absolute. */
interface GitDirectories {
  /** That of all its work trees. */
  readonly commonDir: string;
  /** That of this work tree. */
  readonly gitDir: string;
  /** Where git looks for hooks. */
  readonly hooks: string;
}

const directories = new WeakMap<Repository, Promise<GitDirectories>>();

/** Git is asked once for each `repository`. @throws PprotectError `git_failed` */
export function gitDirectories(repository: Repository): Promise<GitDirectories> {
  const known = directories.get(repository) ?? askForDirectories(repository);
  directories.set(repository, known);
  return known;
}

async function askForDirectories(repository: Repository): Promise<GitDirectories> {
  const questions = [["--git-common-dir"], ["--git-dir"], ["--git-path", "hooks"]];
  const paths = await revParse(repository, questions);
  const [commonDir = "", gitDir = "", hooks = ""] = paths.map((path) => resolve(repository.root, path));
  return { commonDir, gitDir, hooks };
}

function managerOf(root: string, hook: string | undefined): HookManager | undefined {
  return (
    HOOK_MANAGERS.find(({ file }) => existsSync(join(root, file))) ??
    HOOK_MANAGERS.find(({ mark }) => hook?.includes(mark))
  );
}

/** Whether a hook is, or would be, a file of the work tree that git does not ignore. */
async function isCommitted({ root, tryRun }: Repository, commonDir: string, hook: string): Promise<boolean> {
  const path = realpathOfExistingPrefix(hook);
  if (!isInside(path, root) || isInside(path, commonDir)) return false;
  return (await tryRun("check-ignore", "--quiet", "--", path)) === undefined;
}

/** A hook in a directory. @param husky whether husky runs it, which needs no execute permission */
export function readHook(
  directory: string,
  { husky = false, name = PRE_COMMIT.name }: { readonly husky?: boolean; readonly name?: string } = {},
): HookFile {
  const path = join(directory, name);
  const text = readText(path);
  const chained = chainedHookPath(directory, name.replace(LEGACY, ""));
  return {
    directory,
    directoryExists: existsSync(directory),
    path,
    text,
    runs: text !== undefined && (husky || isExecutable(path)),
    chained: { ...chained, text: readText(chained.path), runs: isExecutable(chained.path) },
  };
}

const LEGACY = /\.legacy$/;

/** The hook that the pre-commit framework renamed, if there is one. @param name its name before */
export function readLegacyHook(directory: string, name: string = PRE_COMMIT.name): HookFile {
  return readHook(directory, { name: `${name}.legacy` });
}

/** Husky sets `core.hooksPath` to its own directory (`.husky/_`), whose hooks run those of the parent directory. */
function huskyDirectory(directory: string): string | undefined {
  const isHusky =
    basename(directory) === "_" &&
    (existsSync(join(directory, "h")) || basename(dirname(directory)) === ".husky");
  return isHusky ? dirname(directory) : undefined;
}

/** A file's text; "" for a broken symbolic link, `undefined` when there is no file. */
export function readText(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  try {
    return existsSync(path) ? readRegularFile(path).toString("latin1") : "";
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/** Whether git runs a hook. On Windows, it does not look at permissions. */
export function isExecutable(path: string): boolean {
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
