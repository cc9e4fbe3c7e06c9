import { rmSync, writeFileSync } from "node:fs";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { readRegularText } from "../../system/read-regular-file.ts";
import { LOCAL_HOOKS, type LocalHookName } from "./guard-hooks.ts";

/**
 * What `git install` added, so that `git uninstall` removes nothing else: not a line that was committed before, nor one
 * that the user wrote.
 */
export interface InstallRecord {
  /** The lines added, by linked worktree (each has its own `.gitattributes`) and by store. */
  readonly lines: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** SHA-256 of the hook that was written, in hexadecimal. */
  readonly hook?: string;
  /** The same of the pre-merge-commit hook. */
  readonly mergeHook?: string;
  /** The same of further hooks, by name. */
  readonly furtherHooks?: Readonly<Record<string, string>>;
  /** The hooks that the user chose, if they did. */
  readonly chosen?: readonly LocalHookName[];
  /** The hooks directory, if install created it. */
  readonly createdDirectory?: string;
  /** The committed hooks that install created or added lines to, by absolute path. */
  readonly committedHooks?: Readonly<Record<string, "created" | "edited">>;
}

/** The record's name in the directory that all worktrees share. */
export const RECORD_NAME = "pprotect-install.json";

export const EMPTY_RECORD: InstallRecord = { lines: {} };

/** The record. Without a readable one it is empty, and nothing counts as added by install. */
export function readRecord(path: string): InstallRecord {
  try {
    return parseRecord(JSON.parse(readRegularText(path)));
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return EMPTY_RECORD;
    throw fileError("read", path, error);
  }
}

/** Writes the record; removes the file if the record is empty. @throws PprotectError `file_error` */
export function writeRecord(path: string, record: InstallRecord): void {
  try {
    if (isEmpty(record)) rmSync(path, { force: true });
    else writeFileSync(path, `${JSON.stringify(ordered(record), undefined, 2)}\n`);
  } catch (error) {
    throw fileError("write", path, error);
  }
}

/** With its keys in one order, so that the file changes only with its content. */
function ordered(record: InstallRecord): object {
  const { lines, chosen, hook, mergeHook, furtherHooks, createdDirectory, committedHooks } = record;
  return { lines, chosen, hook, mergeHook, furtherHooks, createdDirectory, committedHooks };
}

function isEmpty({ lines, committedHooks = {}, ...others }: InstallRecord): boolean {
  const counts = [lines, committedHooks].map((each) => Object.keys(each).length);
  return counts.every((count) => count === 0) && Object.values(others).every((each) => each === undefined);
}

function parseRecord(value: unknown): InstallRecord {
  if (!isObject(value)) return EMPTY_RECORD;
  const worktrees = isObject(value.lines) ? Object.entries(value.lines) : [];
  return {
    lines: Object.fromEntries(worktrees.map(([worktree, lines]) => [worktree, strings(lines)])),
    ...(typeof value.hook === "string" ? { hook: value.hook } : {}),
    ...(typeof value.createdDirectory === "string" ? { createdDirectory: value.createdDirectory } : {}),
    ...(isObject(value.committedHooks) ? { committedHooks: committedHooks(value.committedHooks) } : {}),
    ...(typeof value.mergeHook === "string" ? { mergeHook: value.mergeHook } : {}),
    ...(isObject(value.furtherHooks) ? { furtherHooks: strings(value.furtherHooks) } : {}),
    ...(Array.isArray(value.chosen)
      ? { chosen: LOCAL_HOOKS.filter((name) => (value.chosen as unknown[]).includes(name)) }
      : {}),
  };
}

function committedHooks(value: unknown): Record<string, "created" | "edited"> {
  const entries = Object.entries(strings(value));
  return Object.fromEntries(entries.map(([path, how]) => [path, how === "created" ? "created" : "edited"]));
}

function strings(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
