import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";

/** Objects of a repository, each a file of its own (gitrepository-layout(5)): read and written without a git process. */
export class GitObjects {
  readonly #git: string;

  /** @param repository a work tree whose objects are named by SHA-1 */
  constructor(repository: string) {
    this.#git = join(repository, ".git");
  }

  /** @returns the id */
  write(type: "blob" | "tree" | "commit", content: Uint8Array | string): string {
    const bytes = Buffer.from(content as Uint8Array);
    const object = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
    const id = createHash("sha1").update(object).digest("hex");
    const path = this.#pathOf(id);
    if (existsSync(path)) return id;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, deflateSync(object, { level: 1 }));
    return id;
  }

  /** A commit of one file. @returns its id */
  commitFile(name: string, content: string, parents: readonly string[]): string {
    const blob = Buffer.from(this.write("blob", content), "hex");
    const tree = this.write("tree", Buffer.concat([Buffer.from(`100644 ${name}\0`), blob]));
    const who = "A <a@b> 1700000000 +0000";
    const parentLines = parents.map((parent) => `parent ${parent}\n`).join("");
    return this.write("commit", `tree ${tree}\n${parentLines}author ${who}\ncommitter ${who}\n\nx\n`);
  }

  setBranch(name: string, commit: string): void {
    writeFileSync(join(this.#git, "refs/heads", name), `${commit}\n`);
  }

  /** The content of an object that was not packed. */
  read(id: string): Buffer {
    const object = inflateSync(readFileSync(this.#pathOf(id)));
    return object.subarray(object.indexOf(0) + 1);
  }

  /** The content of a file in the root of a tree. */
  fileIn(tree: string, name: string): string {
    const entries = this.read(tree);
    const at = entries.indexOf(` ${name}\0`);
    if (at === -1) throw new Error(`no ${name} in tree ${tree}`);
    const start = at + name.length + 2;
    return this.read(entries.subarray(start, start + ID_BYTES).toString("hex")).toString("utf8");
  }

  #pathOf(id: string): string {
    return join(this.#git, "objects", id.slice(0, 2), id.slice(2));
  }
}

/** Of an id in a tree. */
const ID_BYTES = 20;
