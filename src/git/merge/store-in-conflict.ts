import { dirname, relative, resolve } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { shellWord } from "../../common/shell-quote.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { readLeniently } from "../../store/diff/lenient-reading.ts";
import { KeyFile } from "../../store/key-file.ts";
import type { StoreData } from "../../store/store-data.ts";
import { replaceStoreFile, type WriteOptions } from "../../store/store-file.ts";
import { absolutePath, currentDirectory } from "../../system/path-text.ts";
import { readRegularFile } from "../../system/read-regular-file.ts";
import { openRepository, type Repository } from "../process/repository.ts";
import { stageFile } from "../process/stage.ts";
import { conflictedStores } from "./index-stages.ts";

/** Where a store is. */
export interface StorePlace {
  /** Absolute. */
  readonly path: string;
  /** Relative to the current directory, for messages. */
  readonly shownPath: string;
  readonly repository: Repository;
  /** Relative to the directory that git runs in. */
  readonly name: string;
}

/** @param path absolute. @throws PprotectError `not_a_repository` */
export async function placeOfStore(path: string): Promise<StorePlace> {
  const repository = await openRepository(dirname(path));
  return {
    path,
    shownPath: relative(currentDirectory(), path),
    repository,
    name: relative(repository.directory, path),
  };
}

/**
 * The store in conflict, wherever it is in the repository.
 *
 * @param file chooses one of several
 * @param fallback where none is in conflict
 * @throws PprotectError `usage` when several are in conflict; `not_a_repository`
 */
export async function conflictedStore(file: string | undefined, fallback: string): Promise<StorePlace> {
  if (file !== undefined) return placeOfStore(resolve(file));
  const repository = await openRepository(currentDirectory());
  const stores = await conflictedStores(repository);
  const [only, ...others] = stores;
  if (only === undefined) return placeOfStore(absolutePath(fallback));
  if (others.length > 0) {
    throw new PprotectError(
      "usage",
      `several stores are in conflict: ${stores.map(displayName).join(", ")}`,
      "name one with --file",
    );
  }
  return placeOfStore(resolve(repository.root, only));
}

/** The store in the work tree, or `undefined` if it is missing or cannot be read. */
export function readCurrent(path: string): StoreData | undefined {
  try {
    return readLeniently(readRegularFile(path)).store;
  } catch {
    return undefined;
  }
}

/**
 * Writes a store that was resolved, and stages it.
 * @throws PprotectError as `replaceStoreFile`; `git_failed` and others when it was written, but not staged
 */
export async function writeAndStage(
  { path, shownPath, repository, name }: StorePlace,
  data: StoreData,
  options: WriteOptions,
): Promise<void> {
  await replaceStoreFile(path, shownPath, KeyFile.from(data), options);
  try {
    await stageFile(repository, name);
  } catch (error) {
    if (!(error instanceof PprotectError) || error.fix !== undefined) throw error;
    const word = shellWord(displayName(shownPath));
    throw new PprotectError(
      error.code,
      `${displayName(shownPath)} was resolved and written, but not staged: ${error.message}`,
      `stage it: git add -- ${word}`,
      { cause: error },
    );
  }
}
