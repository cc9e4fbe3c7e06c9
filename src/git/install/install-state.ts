import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { openRepository, type Repository } from "../process/repository.ts";
import { DRIVER_CONFIG } from "./driver-config.ts";
import { type ByteText, byteText, readAttributes } from "./gitattributes-file.ts";
import { attributeLine } from "./gitattributes-text.ts";
import { FURTHER_HOOKS, type GuardHook } from "./guard-hooks.ts";
import {
  findHookLocation,
  gitDirectories,
  type HookFile,
  type HookLocation,
  readHook,
  readLegacyHook,
} from "./hook-location.ts";
import { type InstallRecord, RECORD_NAME, readRecord } from "./install-record.ts";
import { type MergeHook, readMergeHook } from "./merge-hook.ts";
import { PROGRAM_KEYS, type Reach, type RecordedProgram, reachOfPprotect } from "./recorded-program.ts";
import { storePath } from "./store-path.ts";

/** A store and its line in `.gitattributes`. */
export interface StoreLine {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly line: ByteText;
  /** Whether git uses pprotect for the store, with all attribute files taken into account. */
  readonly effective: boolean;
  /** Whether there is such a file: not after it was renamed. */
  readonly exists: boolean;
}

/** What hooks run where PATH has no pprotect. */
export interface ProgramState {
  /** The values of our keys in the repository's own configuration. */
  readonly config: ReadonlyMap<string, readonly string[]>;
  /** What hooks run where PATH has no pprotect. */
  readonly recordedProgram: RecordedProgram | undefined;
  readonly reach: Reach;
}

export async function readProgramState(repository: Repository): Promise<ProgramState> {
  const config = await readConfig(repository);
  return { config, recordedProgram: recordedProgram(config), reach: reachOfPprotect() };
}

/** What install, uninstall and status need to know about a repository. */
export interface InstallState extends ProgramState {
  readonly repository: Repository;
  readonly stores: readonly StoreLine[];
  readonly attributes: ByteText | undefined;
  readonly hookLocation: HookLocation;
  /** The hook in git's default directory, where an earlier install may have written ours. */
  readonly plainHook: HookFile;
  /** The same, after the pre-commit framework renamed it. */
  readonly legacyHook: HookFile;
  /** The hooks that are installed only where they were asked for. */
  readonly furtherHooks: readonly FurtherHook[];
  /** The hook for merges, where we may write it. */
  readonly mergeHook: MergeHook | undefined;
  /** The name of this worktree in the record. */
  readonly worktree: string;
  readonly recordPath: string;
  readonly record: InstallRecord;
}

/** A hook beside pre-commit. */
export interface FurtherHook {
  readonly hook: GuardHook;
  readonly location: HookLocation;
  /** The hook in git's default directory, and after the pre-commit framework renamed it. */
  readonly plainHook: HookFile;
  readonly legacyHook: HookFile;
}

/** Which stores to install for, to uninstall or to report. */
export interface StoreChoice {
  /** As given by the user. If there are none, {@link fallback} is used. */
  readonly named: readonly string[];
  readonly fallback: string;
  /**
   * Whether the stores that are installed are used, if there are any: instead of {@link fallback}, or beside it if it
   * exists.
   */
  readonly installed: "unused" | "instead" | "beside";
}

/** Reads the state of a repository with a work tree. */
export async function readInstallState(found: Repository, choice: StoreChoice): Promise<InstallState> {
  const { root } = found;
  // From the root, where hooks and merge drivers run.
  const repository = root === found.directory ? found : await openRepository(root);
  const { commonDir, gitDir } = await gitDirectories(repository);
  const worktree = relative(commonDir, gitDir).replaceAll("\\", "/") || ".";
  // Before git, which would wait for a named pipe in its place.
  const attributes = readAttributes(root);
  const recordPath = join(commonDir, RECORD_NAME);
  const record = readRecord(recordPath);
  const hookLocation = await findHookLocation(repository, commonDir);
  const paths = chosenPaths(root, choice, Object.keys(record.lines[worktree] ?? {}));
  return {
    repository,
    stores: await readStoreLines(repository, paths),
    attributes,
    hookLocation,
    plainHook: readHook(join(commonDir, "hooks")),
    legacyHook: readLegacyHook(join(commonDir, "hooks")),
    furtherHooks: await Promise.all(
      FURTHER_HOOKS.map((hook) => readFurtherHook(repository, commonDir, hook)),
    ),
    mergeHook: hookLocation.kind === "ours" ? readMergeHook(hookLocation.hook.directory) : undefined,
    ...(await readProgramState(repository)),
    worktree,
    recordPath,
    record,
  };
}

async function readFurtherHook(
  repository: Repository,
  commonDir: string,
  hook: GuardHook,
): Promise<FurtherHook> {
  const { name } = hook;
  const directory = join(commonDir, "hooks");
  return {
    hook,
    location: await findHookLocation(repository, commonDir, name),
    plainHook: readHook(directory, { name }),
    legacyHook: readLegacyHook(directory, name),
  };
}

function chosenPaths(root: string, choice: StoreChoice, installed: readonly string[]): string[] {
  const { named, fallback, installed: use } = choice;
  if (named.length > 0) return [...new Set(named.map((file) => storePath(root, file)))];
  if (use === "unused" || installed.length === 0) return [storePath(root, fallback)];
  const isBeside = use === "beside" && existsSync(fallback);
  return [...new Set([...installed, ...(isBeside ? [storePath(root, fallback)] : [])])];
}

async function readStoreLines(repository: Repository, paths: readonly string[]): Promise<StoreLine[]> {
  const effective = await effectiveAmong(repository, paths);
  return paths.map((path) => ({
    path,
    line: byteText(attributeLine(path)),
    effective: effective.has(path),
    exists: existsSync(join(repository.root, path)),
  }));
}

/** The stores for which git uses pprotect, with all attribute files taken into account. */
export async function effectiveAmong({ run }: Repository, paths: readonly string[]): Promise<Set<string>> {
  // For each path and attribute, three fields: the path, the attribute, its value.
  const fields = (await run("check-attr", "-z", "merge", "diff", "--", ...paths)).split("\0");
  const isOurs = (index: number): boolean =>
    fields[6 * index + 2] === "pprotect" && fields[6 * index + 5] === "pprotect";
  return new Set(paths.filter((_, index) => isOurs(index)));
}

async function readConfig({ tryRun }: Repository): Promise<Map<string, string[]>> {
  const keys = "^((merge|diff)\\.)?pprotect\\.";
  const entries = ((await tryRun("config", "--local", "--null", "--get-regexp", keys)) ?? "")
    .split("\0")
    .filter(Boolean);
  const values = new Map<string, string[]>();
  for (const entry of entries) {
    const [key = "", ...lines] = entry.split("\n");
    if (OUR_KEYS.has(key)) values.set(key, [...(values.get(key) ?? []), lines.join("\n")]);
  }
  return values;
}

/** The keys that install sets. */
const OUR_KEYS: ReadonlySet<string> = new Set([...DRIVER_CONFIG.keys(), ...Object.values(PROGRAM_KEYS)]);

function recordedProgram(config: ReadonlyMap<string, readonly string[]>): RecordedProgram | undefined {
  const [path] = config.get(PROGRAM_KEYS.path) ?? [];
  const [sha256] = config.get(PROGRAM_KEYS.sha256) ?? [];
  return path === undefined || sha256 === undefined ? undefined : { path, sha256 };
}
