import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dir, "../../docs/vectors");

/** One test vector of docs/format.md: texts, numbers and what is made of them, as its file's description says. */
export type Vector = Readonly<Record<string, string>>;

const read = new Map<string, Record<string, readonly Vector[]>>();

/** A group of test vectors that another implementation of the format can run too. */
export function vectors<Kind = Vector>(file: VectorFile, group: string): readonly Kind[] {
  let groups = read.get(file);
  if (!groups) {
    groups = JSON.parse(readFileSync(join(FOLDER, `${file}.json`), "utf8")) as Record<string, Vector[]>;
    read.set(file, groups);
  }
  const found = groups[group];
  if (!found?.length) throw new Error(`${file}.json has no vectors "${group}"`);
  return found as unknown as readonly Kind[];
}

/** The files of docs/vectors, and the groups of vectors in each. */
export const VECTOR_FILES = {
  x25519: ["agree", "refused"],
  "key-derivation": ["vectors"],
  "sealed-boxes": ["sealed", "opened", "cannot_be_opened"],
  "owner-entries": ["opened", "cannot_be_opened"],
  entries: ["accepted", "refused"],
  documents: ["written", "read"],
  proofs: ["rotations", "grants", "invalid_rotations", "invalid_grants"],
  stores: ["vectors"],
  refused: ["vectors"],
} as const;

export type VectorFile = keyof typeof VECTOR_FILES;

/** What is really there, in the form of {@link VECTOR_FILES}. */
export function vectorFilesFound(): Record<string, string[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return Object.fromEntries(
    files.map((name) => {
      const groups = Object.keys(JSON.parse(readFileSync(join(FOLDER, name), "utf8")));
      return [name.slice(0, -".json".length), groups.filter((group) => group !== "description")];
    }),
  );
}
