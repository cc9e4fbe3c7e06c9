import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type LockedPackage, verify } from "./lock-file.ts";

/** The files of a package, by path. */
export type PackageFiles = ReadonlyMap<string, Blob>;

/**
 * Fetches packages for other platforms, which an install on this machine skips. Uses `npm pack`, so the registry and the
 * settings are those of this machine. Every tarball is verified against the lock file.
 *
 * @param cache a directory for tarballs; those in it are verified too
 * @returns the files of each package, in the given order
 * @throws Error when a package cannot be fetched or does not match the lock file
 */
export async function fetchPackages(
  pinned: readonly LockedPackage[],
  cache: string,
): Promise<readonly PackageFiles[]> {
  mkdirSync(cache, { recursive: true });
  const missing = pinned.filter((each) => !existsSync(tarballOf(each, cache)));
  if (missing.length > 0) await npmPack(missing, cache);
  return Promise.all(pinned.map((each) => filesOf(each, cache)));
}

/** The file name that `npm pack` uses. */
function tarballOf({ name, version }: LockedPackage, cache: string): string {
  return join(cache, `${name.replace(/^@/, "").replaceAll("/", "-")}-${version}.tgz`);
}

async function npmPack(packages: readonly LockedPackage[], cache: string): Promise<void> {
  const specs = packages.map(({ name, version }) => `${name}@${version}`);
  const npm = Bun.spawn(["npm", "pack", "--silent", "--pack-destination", cache, ...specs], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if ((await npm.exited) !== 0) throw new Error(`npm cannot fetch ${specs.join(", ")}`);
}

async function filesOf(pinned: LockedPackage, cache: string): Promise<PackageFiles> {
  const path = tarballOf(pinned, cache);
  const tarball = readFileSync(path);
  try {
    verify(pinned, tarball);
  } catch (error) {
    // Incomplete or tampered with: the next run must fetch it again.
    rmSync(path, { force: true });
    throw error;
  }
  const files = await new Bun.Archive(tarball).files();
  return new Map([...files].map(([name, file]) => [name.replace(/^package\//, ""), file]));
}
