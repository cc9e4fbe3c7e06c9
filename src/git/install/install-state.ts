import { join, relative, resolve } from "node:path";
import { withoutLineEnd } from "../../common/text.ts";
import { openRepository, type Repository } from "../process/repository.ts";
import { DRIVER_CONFIG } from "./driver-config.ts";
import { type ByteText, byteText, readAttributes } from "./gitattributes-file.ts";
import { attributeLine } from "./gitattributes-text.ts";
import { findHookPlace, type HookFile, type HookPlace, readHook } from "./hook-location.ts";
import { type InstallRecord, RECORD_NAME, readRecord } from "./install-record.ts";
import { storePath } from "./store-path.ts";

/** A store and its line. */
export interface StoreLine {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly line: ByteText;
  /** Whether git, all attribute files considered, hands the store to pprotect. */
  readonly effective: boolean;
}

/** A repository as far as installing is concerned. */
export interface InstallState {
  readonly repository: Repository;
  readonly stores: readonly StoreLine[];
  readonly attributes: ByteText | undefined;
  /** The values of our keys in the repository's own config. */
  readonly config: ReadonlyMap<string, readonly string[]>;
  readonly place: HookPlace;
  /** The hook in git's own folder, where an earlier install may have put ours. */
  readonly plainHook: HookFile;
  /** This worktree's name in the record. */
  readonly worktree: string;
  readonly recordPath: string;
  readonly record: InstallRecord;
}

/** Which stores are meant. */
export interface StoreChoice {
  /** As the user wrote them; none for {@link fallback} and all that were installed. */
  readonly named: readonly string[];
  readonly fallback: string;
  /** Whether what was installed counts when none is named. */
  readonly installedToo: boolean;
}

/** Reads everything that install, uninstall and status go by. */
export async function readInstallState(folder: string, choice: StoreChoice): Promise<InstallState> {
  const { root } = await openRepository(folder);
  // From the root, as hooks and merge drivers run.
  const repository = await openRepository(root);
  const commonDir = resolve(root, oneLine(await repository.run("rev-parse", "--git-common-dir")));
  const gitDir = resolve(root, oneLine(await repository.run("rev-parse", "--git-dir")));
  const worktree = relative(commonDir, gitDir).replaceAll("\\", "/") || ".";
  const recordPath = join(commonDir, RECORD_NAME);
  const record = readRecord(recordPath);
  const paths = chosenPaths(root, choice, Object.keys(record.lines[worktree] ?? {}));
  return {
    repository,
    stores: await Promise.all(paths.map((path) => readStoreLine(repository, path))),
    attributes: readAttributes(root),
    config: await readConfig(repository),
    place: await findHookPlace(repository, commonDir),
    plainHook: readHook(join(commonDir, "hooks"), false),
    worktree,
    recordPath,
    record,
  };
}

function chosenPaths(root: string, choice: StoreChoice, installed: readonly string[]): string[] {
  const { named, fallback, installedToo } = choice;
  if (named.length > 0) return [...new Set(named.map((file) => storePath(root, file)))];
  return installedToo && installed.length > 0 ? [...installed] : [storePath(root, fallback)];
}

async function readStoreLine(repository: Repository, path: string): Promise<StoreLine> {
  return { path, line: byteText(attributeLine(path)), effective: await isEffective(repository, path) };
}

/** Whether git hands a store to pprotect, by all attribute files together. */
export async function isEffective({ run }: Repository, path: string): Promise<boolean> {
  const fields = (await run("check-attr", "-z", "merge", "diff", "--", path)).split("\0");
  return fields[2] === "pprotect" && fields[5] === "pprotect";
}

async function readConfig({ tryRun }: Repository): Promise<Map<string, string[]>> {
  const keys = "^(merge|diff)\\.pprotect\\.";
  const entries = ((await tryRun("config", "--local", "--null", "--get-regexp", keys)) ?? "")
    .split("\0")
    .filter(Boolean);
  const values = new Map<string, string[]>();
  for (const entry of entries) {
    const [key = "", ...lines] = entry.split("\n");
    if (DRIVER_CONFIG.has(key)) values.set(key, [...(values.get(key) ?? []), lines.join("\n")]);
  }
  return values;
}

function oneLine(output: string): string {
  return withoutLineEnd(output);
}
