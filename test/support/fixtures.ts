import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dir, "../fixtures");

/** What a store of `fixtures/interop/` holds, as the Python program says. */
export interface Interop {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly file: string;
  /** By custodian. */
  readonly passphrases: Readonly<Record<string, string>>;
  /** By domain. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
  /** By domain, then by the secret's name. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The path of a file among the fixtures. */
export function fixturePath(...parts: readonly string[]): string {
  return join(FOLDER, ...parts);
}

/** The bytes of a file among the fixtures. */
export function fixtureBytes(...parts: readonly string[]): Uint8Array {
  return readFileSync(fixturePath(...parts));
}

/** Every store that the Python program wrote, with what must be read from it. */
export function interopStores(): Interop[] {
  return readdirSync(fixturePath("interop"))
    .filter((entry) => entry.endsWith(".yaml"))
    .map((entry) => interopStore(entry.replace(/\.yaml$/, "")));
}

/** One store that the Python program wrote. */
export function interopStore(name: string): Interop {
  const bytes = fixtureBytes("interop", `${name}.yaml`);
  const said = JSON.parse(Buffer.from(fixtureBytes("interop", `${name}.json`)).toString("utf8"));
  const file = fixturePath("interop", `${name}.yaml`);
  return { ...said, name, bytes, text: Buffer.from(bytes).toString("utf8"), file };
}

/** The names of the stores that must be refused. */
export function invalidNames(): string[] {
  return readdirSync(fixturePath("invalid"))
    .filter((entry) => entry.endsWith(".yaml"))
    .map((entry) => entry.replace(/\.yaml$/, ""));
}

/** The three files of each merge case, by `CASE/SIDE`. */
export function mergeFiles(): string[] {
  return readdirSync(fixturePath("merge")).flatMap((each) =>
    ["base", "ours", "theirs"].map((side) => join(each, `${side}.yaml`)),
  );
}
