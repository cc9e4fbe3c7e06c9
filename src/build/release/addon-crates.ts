import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A Rust crate whose code is in the Argon2 addon. */
export interface Crate {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
}

/** The licences of the crates whose own licence file was looked at; the texts are in `licenses/addon-crates.txt`. */
const LICENSES: ReadonlyMap<string, string> = new Map([
  ["addr2line", "MIT OR Apache-2.0"],
  ["argon2-rust", "MIT"],
  ["gimli", "MIT OR Apache-2.0"],
  ["hashbrown", "MIT OR Apache-2.0"],
  ["miniz_oxide", "MIT OR Apache-2.0"],
  ["libloading", "ISC"],
  ["napi", "MIT"],
  ["napi-sys", "MIT"],
  ["object", "MIT OR Apache-2.0"],
  ["rand", "MIT OR Apache-2.0"],
  ["rustc-demangle", "MIT OR Apache-2.0"],
]);

/** Where a crate was compiled, as messages of panics have it: in cargo's registry, or among those of Rust itself. */
const SOURCE =
  /(?:registry[\\/]src[\\/][^\\/\0]{1,80}|rust[\\/]deps)[\\/]([A-Za-z0-9_-]{1,64})-(\d+\.\d+\.\d+)[\\/]/g;

/**
 * The crates that an addon shows to be in it, sorted. One without a message may be missing: the texts are also of those
 * that these use.
 *
 * @param addon the file's content
 * @throws Error for a crate whose licence is not known here
 */
export function cratesIn(addon: Uint8Array): readonly Crate[] {
  const found = [...Buffer.from(addon).toString("latin1").matchAll(SOURCE)];
  const versions = new Map(found.map(([, name = "", version = ""]) => [name, version]));
  return [...versions].toSorted().map(([name, version]) => {
    const license = LICENSES.get(name);
    if (license === undefined)
      throw new Error(`the crate ${name} ${version} is in the Argon2 addon; its licence is not known`);
    return { name, version, license };
  });
}

/** The texts for all crates in the addon, and those that they use. */
export function crateLicenseText(): string {
  return readFileSync(join(import.meta.dir, "licenses/addon-crates.txt"), "utf8").trim();
}
