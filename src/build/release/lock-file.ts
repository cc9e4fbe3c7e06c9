import { createHash } from "node:crypto";

/** A package pinned by the lock file. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of its tarball, in hexadecimal. */
  readonly sha512: string;
  /** Names of its dependencies. */
  readonly dependencies: readonly string[];
}

/** Finds a package by name. @throws Error when it is not in the lock file */
export type Locked = (name: string) => LockedPackage;

/** A package in bun.lock: name@version, registry, parts of its package.json, integrity. */
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
  if (base64 === undefined) throw new Error(`bun.lock has no SHA-512 for ${name}`);
  return Buffer.from(base64, "base64").toString("hex");
}

/** Verifies a tarball. @throws Error when its hash is not the one in the lock file */
export function verify(pinned: LockedPackage, tarball: Uint8Array): void {
  const found = createHash("sha512").update(tarball).digest("hex");
  if (found === pinned.sha512) return;
  throw new Error(
    `${pinned.name}@${pinned.version} does not match bun.lock: SHA-512 ${found}, expected ${pinned.sha512}`,
  );
}
