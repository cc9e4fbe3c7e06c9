import { createHash } from "node:crypto";

/** A package as the lock file pins it. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of its tarball, in hexadecimal. */
  readonly sha512: string;
  /** The names of the packages that it needs. */
  readonly dependencies: readonly string[];
}

/** Finds a package by its name. @throws when the lock file does not have it */
export type Locked = (name: string) => LockedPackage;

/** One package in bun.lock: name@version, registry, what its package.json says, integrity. */
type Entry = readonly [string, string, { dependencies?: Readonly<Record<string, string>> }, string];

/**
 * Reads Bun's lock file.
 * @param text bun.lock: JSON with trailing commas, https://bun.com/docs/pm/lockfile
 */
export function readLockFile(text: string): Locked {
  const { packages } = Bun.JSONC.parse(text) as { packages: Readonly<Record<string, Entry>> };
  return (name) => {
    const entry = packages[name];
    if (!entry) throw new Error(`bun.lock has no package ${name}`);
    const [id, , { dependencies = {} }, integrity] = entry;
    return {
      name,
      version: id.slice(id.lastIndexOf("@") + 1),
      sha512: hexadecimal(name, integrity),
      dependencies: Object.keys(dependencies),
    };
  };
}

function hexadecimal(name: string, integrity: string | undefined): string {
  const [, base64] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity ?? "") ?? [];
  if (base64 === undefined) throw new Error(`bun.lock pins ${name} by no SHA-512`);
  return Buffer.from(base64, "base64").toString("hex");
}

/** @throws when these bytes are not the tarball that the lock file pins */
export function verify(pinned: LockedPackage, tarball: Uint8Array): void {
  const found = createHash("sha512").update(tarball).digest("hex");
  if (found === pinned.sha512) return;
  throw new Error(
    `${pinned.name}@${pinned.version} is not what bun.lock pins: SHA-512 ${found}, not ${pinned.sha512}`,
  );
}
