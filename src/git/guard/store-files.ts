import { type Eventual, whenThere } from "../../common/eventual.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { AttributeReader } from "../process/check-attr.ts";
import type { FileChange, Patch } from "./diff-parser.ts";
import { isRegular } from "./file-mode.ts";
import { holdsStore, StoreContents } from "./store-contents.ts";

const STORE_NAME = /(?:^|\/)protected\.yaml$/;
const DIFF_DRIVER = "pprotect";
const YAML_NAME = /\.ya?ml$/i;

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
  readonly #contents: StoreContents;
  readonly #attributes: AttributeReader;
  readonly #attributeOf = new Map<string, string>();
  /** Paths that will be asked for. */
  readonly #expected = new Set<string>();

  /** @param attributes reads the attribute `diff` */
  constructor(blobs: BlobReader, attributes: AttributeReader) {
    this.#contents = new StoreContents(blobs);
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

  /** Takes the diff of a file that will be asked for. */
  learn(file: FileChange, patch: Patch): void {
    if (mayHoldStore(file)) this.#contents.learn(file, patch);
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
    return mayHoldStore(file) ? (inContent(file) ?? this.#contents.isStore(file)) : false;
  }
}

/** Whether the name of a file is that of a YAML file, and does not say that it is a store: its content decides. */
function mayHoldStore({ path }: FileChange): boolean {
  return YAML_NAME.test(path) && !STORE_NAME.test(path);
}

function storeIn(content: Uint8Array | undefined): boolean | undefined {
  return content && holdsStore(content);
}
