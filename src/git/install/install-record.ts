import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { errnoOf, fileError } from "../../system/file-error.ts";

/**
 * What install put in and uninstall may take out: a line or a value that a colleague had committed or that the
 * user had written before is not ours to remove.
 */
export interface InstallRecord {
  /** By linked worktree (each has its own `.gitattributes`): the lines added, by store. */
  readonly lines: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** SHA-256 of the hook as written, in hexadecimal digits. */
  readonly hook?: string;
  /** The hooks folder, where install made it. */
  readonly madeFolder?: string;
}

/** The record's name in the folder that all worktrees share. */
export const RECORD_NAME = "pprotect-install.json";

export const EMPTY_RECORD: InstallRecord = { lines: {} };

/** The record, or an empty one when there is none that can be read: then nothing counts as put in by install. */
export function readRecord(path: string): InstallRecord {
  try {
    return parseRecord(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return EMPTY_RECORD;
    throw fileError("read", path, error);
  }
}

/** Keeps a record; an empty one is no file. @throws PprotectError `file_error` */
export function writeRecord(path: string, record: InstallRecord): void {
  try {
    if (isEmpty(record)) rmSync(path, { force: true });
    else writeFileSync(path, `${JSON.stringify(record, undefined, 2)}\n`);
  } catch (error) {
    throw fileError("write", path, error);
  }
}

function isEmpty({ lines, hook, madeFolder }: InstallRecord): boolean {
  return Object.keys(lines).length === 0 && hook === undefined && madeFolder === undefined;
}

function parseRecord(value: unknown): InstallRecord {
  if (!isObject(value)) return EMPTY_RECORD;
  const worktrees = isObject(value.lines) ? Object.entries(value.lines) : [];
  return {
    lines: Object.fromEntries(worktrees.map(([worktree, lines]) => [worktree, strings(lines)])),
    ...(typeof value.hook === "string" ? { hook: value.hook } : {}),
    ...(typeof value.madeFolder === "string" ? { madeFolder: value.madeFolder } : {}),
  };
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
