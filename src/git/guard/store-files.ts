import { bufferOf } from "../../common/buffer-of.ts";
import { type Eventual, whenThere } from "../../common/eventual.ts";
import { AUDIT_LOG_KEY, CUSTODIANS_KEY } from "../../store/store-data.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { AttributeReader } from "../process/check-attr.ts";
import type { FileChange } from "./diff-parser.ts";

const STORE_NAME = /(?:^|\/)protected\.yaml$/;
const DIFF_DRIVER = "pprotect";
const YAML_NAME = /\.ya?ml$/i;
const KEYS = [CUSTODIANS_KEY, AUDIT_LOG_KEY];
const ROOT_KEYS = KEYS.map((key) => new RegExp(`^(["']?)${key}\\1[ \\t]*:`, "m"));

/** Whether a mode is that of a regular file: not a symbolic link, not a submodule. */
export function isRegular(mode: string): boolean {
  return mode.startsWith("100");
}

/** What is known of changed files. */
export interface ClassifiedFiles {
  readonly stores: ReadonlySet<string>;
  /** The value of each path's `diff` attribute. */
  readonly attribute: ReadonlyMap<string, string>;
}

type ContentOf = (file: FileChange) => Uint8Array | undefined;
/** Whether the content of a file is that of a store, if it is known. */
type InContent = (file: FileChange) => boolean | undefined;

/** Decides which files are stores. It asks git about a path or an object only once. */
export class StoreFiles {
  readonly #blobs: BlobReader;
  readonly #attributes: AttributeReader;
  readonly #attributeOf = new Map<string, string>();
  /** Paths that will be asked for. */
  readonly #expected = new Set<string>();
  readonly #holdsStore = new Map<string, Promise<boolean>>();

  /** @param attributes reads the attribute `diff` */
  constructor(blobs: BlobReader, attributes: AttributeReader) {
    this.#blobs = blobs;
    this.#attributes = attributes;
  }

  /**
   * Which of the changed files are stores, and the value of each file's `diff` attribute; at once, where that is known of their
   * paths.
   * @param contentOf the content of an added file, if it is known without git
   */
  classify(files: readonly FileChange[], contentOf: ContentOf = () => undefined): Eventual<ClassifiedFiles> {
    const isKnown = files.every(({ path }) => this.#attributeOf.has(path));
    const inContent = (file: FileChange) => storeIn(contentOf(file));
    return isKnown ? this.#classified(files, inContent) : this.#classifyNew(files, inContent);
  }

  async #classifyNew(files: readonly FileChange[], inContent: InContent): Promise<ClassifiedFiles> {
    this.expect(files);
    const attributes = this.#readAttributes();
    // What can be read is read while git looks for attributes.
    const read = new Map(files.filter(mayHoldStore).map((file) => [file, inContent(file)]));
    await attributes;
    return this.#classified(files, (file) => read.get(file));
  }

  #classified(files: readonly FileChange[], inContent: InContent): Eventual<ClassifiedFiles> {
    const answers = files.map((file) => this.#isStore(file, inContent));
    // For most commits, the paths are enough.
    const found = answers.every((answer) => typeof answer === "boolean") ? answers : Promise.all(answers);
    return whenThere(found, (areStores) => ({
      stores: new Set(files.flatMap(({ path }, index) => (areStores[index] ? [path] : []))),
      attribute: this.#attributeOf,
    }));
  }

  /** Says which files will be asked for: the attributes of many are read at once. */
  expect(files: readonly FileChange[]): void {
    for (const { path } of files) if (!this.#attributeOf.has(path)) this.#expected.add(path);
  }

  /** Whether a changed file is known to be a store after the change, without asking git. */
  isKnownStore({ path, newMode }: FileChange): boolean {
    return isRegular(newMode) && this.#hasStoreName(path);
  }

  #hasStoreName(path: string): boolean {
    return this.#attributeOf.get(path) === DIFF_DRIVER || STORE_NAME.test(path);
  }

  /** The attributes are those of the index, so they are the same for every commit. */
  async #readAttributes(): Promise<void> {
    const paths = [...this.#expected];
    this.#expected.clear();
    const values = await this.#attributes.read(paths);
    for (const [index, path] of paths.entries()) this.#attributeOf.set(path, values[index] ?? "");
  }

  #isStore(file: FileChange, inContent: InContent): Eventual<boolean> {
    if (!isRegular(file.newMode) && !isRegular(file.oldMode)) return false;
    if (this.#hasStoreName(file.path)) return true;
    return mayHoldStore(file) ? (inContent(file) ?? this.#mayBeStore(file)) : false;
  }

  async #mayBeStore(file: FileChange): Promise<boolean> {
    // The old version counts too: a store that lost a root key is still a store.
    const versions = [
      [file.newMode, file.newId],
      [file.oldMode, file.oldId],
    ] as const;
    const found = await Promise.all(versions.map(([mode, id]) => isRegular(mode) && this.#holds(id)));
    return found.includes(true);
  }

  #holds(id: string): Promise<boolean> {
    let answer = this.#holdsStore.get(id);
    if (!answer) {
      answer = this.#blobs.read(id, MAX_FILE_BYTES).then((bytes) => bytes !== undefined && holdsStore(bytes));
      this.#holdsStore.set(id, answer);
    }
    return answer;
  }
}

/** Whether the name of a file is that of a YAML file, and does not say that it is a store: its content decides. */
function mayHoldStore({ path }: FileChange): boolean {
  return YAML_NAME.test(path) && !STORE_NAME.test(path);
}

function storeIn(content: Uint8Array | undefined): boolean | undefined {
  return content && holdsStore(content);
}

/** Whether the content of a YAML file has the root keys of a store. */
export function holdsStore(content: Uint8Array): boolean {
  const bytes = bufferOf(content);
  // Only texts with both names are decoded.
  return KEYS.every((key) => bytes.includes(key)) && looksLikeStore(bytes.toString("latin1"));
}

/** Whether a YAML text has the root keys of a store. */
export function looksLikeStore(text: string): boolean {
  return KEYS.every((key) => text.includes(key)) && ROOT_KEYS.every((key) => key.test(text));
}
