import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { fieldNames } from "../common/json-field.ts";
import { displayName } from "../common/terminal-safe.ts";
import { encodeUtf8 } from "../common/utf8.ts";
import { inputText } from "../import/input-text.ts";
import { repositoryRoot } from "../store/locate-store.ts";
import { readBounded } from "../system/bounded-read.ts";
import { errnoOf, fileError } from "../system/file-error.ts";
import { realpathOfFile } from "../system/real-path.ts";
import type { Looked } from "./cascade.ts";

/** The file of SOPS where none is named. */
export const DEFAULT_SOPS_FILE = "secrets.sops.yml";

/** A value in a file of SOPS. */
export interface SopsPlace {
  /** Relative to the manifest's directory. */
  readonly file: string;
  /** The keys that lead to the value, joined by dots; `\.` is a dot of a key. */
  readonly key: string;
}

/** Much more than a file of secrets has. */
const MAX_SOPS_BYTES = 4 * 1024 * 1024;

/** Values by the keys that lead to them; or the file's keys alone. */
interface Content<Value> {
  readonly leaves: readonly { readonly path: readonly string[]; readonly value: Value }[];
}

/** Reads values from files of SOPS, each file once. What they are comes from a manifest, and so from a stranger. */
export class SopsSource {
  readonly #directory: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #opened = new Map<string, Promise<Content<string> | undefined>>();

  /**
   * @param directory where paths start; a file must be in its repository, or else below it
   * @param environment where SOPS looks for keys
   */
  constructor(directory: string, environment: Readonly<Record<string, string | undefined>>) {
    this.#directory = directory;
    this.#environment = environment;
  }

  /**
   * Looks a value up. The whole file is decrypted and verified first: a value that someone removed is not missing.
   *
   * @throws PprotectError `file_error` for a file outside of the repository or one that cannot be read; what decrypting
   *   a file of SOPS throws
   */
  async lookUp({ file, key }: SopsPlace): Promise<Looked<Uint8Array>> {
    let opened = this.#opened.get(file);
    if (!opened) {
      opened = this.#open(file);
      this.#opened.set(file, opened);
    }
    return found(await opened, file, key, encodeUtf8);
  }

  /** Whether a file has a key, which needs no credentials: keys are not encrypted. Nothing is verified. */
  async hasKey({ file, key }: SopsPlace): Promise<Looked<undefined>> {
    const text = this.#read(file);
    if (text === undefined) return found(undefined, file, key, () => undefined);
    const { parseSopsFile } = await import("../import/readers/sops/sops-file.ts");
    const { pathsOf } = await import("../import/readers/flatten.ts");
    const { data } = parseSopsFile(text, file);
    const leaves = pathsOf(data).map((path) => ({ path, value: undefined }));
    return found({ leaves }, file, key, () => undefined);
  }

  async #open(file: string): Promise<Content<string> | undefined> {
    const text = this.#read(file);
    if (text === undefined) return undefined;
    const { openSops } = await import("../import/readers/sops/sops.ts");
    return openSops(text, file, this.#environment);
  }

  /** @returns `undefined` when there is no such file */
  #read(file: string): string | undefined {
    try {
      const path = realpathOfFile(this.#pathOf(file));
      this.#refuseOutside(path, file);
      const bytes = readBounded(path, file, MAX_SOPS_BYTES);
      if (bytes) return inputText(bytes, file);
    } catch (error) {
      if (error instanceof PprotectError) throw error;
      if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return undefined;
      throw fileError("read", file, error);
    }
    throw new PprotectError(
      "file_error",
      `cannot read ${displayName(file)}: larger than ${MAX_SOPS_BYTES} bytes`,
    );
  }

  #pathOf(file: string): string {
    if (file !== "" && !file.includes("\0") && !isAbsolute(file)) return resolve(this.#directory, file);
    throw new PprotectError("file_error", `cannot read "${displayName(file)}": the path must be relative`);
  }

  /** @param path without symbolic links */
  #refuseOutside(path: string, file: string): void {
    const directory = realpathSync(this.#directory);
    const below = relative(repositoryRoot(directory) ?? directory, path);
    if (below !== ".." && !below.startsWith("../") && !below.startsWith("..\\") && !isAbsolute(below)) return;
    throw new PprotectError(
      "file_error",
      `cannot read ${displayName(file)}: it is outside of the repository`,
      "a manifest may name files of SOPS in its own repository",
    );
  }
}

function found<Value, Result>(
  content: Content<Value> | undefined,
  file: string,
  key: string,
  result: (value: Value) => Result,
): Looked<Result> {
  const shown = displayName(file);
  if (!content) return { kind: "missing", detail: `no file ${shown}` };
  const names = fieldNames(key);
  // Of a key that is there twice, the last, as SOPS has it.
  const leaf = content.leaves.findLast(
    ({ path }) => path.length === names.length && path.every((name, index) => name === names[index]),
  );
  const detail = `key ${displayName(key)} of ${shown}`;
  if (leaf) return { kind: "found", value: result(leaf.value), detail };
  return { kind: "missing", detail: `no ${detail}` };
}
