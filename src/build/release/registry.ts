import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type LockedPackage, verify } from "./lock-file.ts";

/** The files of a package, by their path in it. */
export type PackageFiles = ReadonlyMap<string, Blob>;

/**
 * Packages of systems other than this one, which an install leaves out. npm fetches them, and so from the
 * registry and with the settings of this machine; the lock file's hash decides whether they are used.
 *
 * @param cache a directory for the tarballs; what lies there is held against the lock file too
 * @returns the files of each, in the order asked for
 * @throws when one cannot be had or is not what the lock file pins
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

/** As `npm pack` names it. */
function tarballOf({ name, version }: LockedPackage, cache: string): string {
  return join(cache, `${name.replace(/^@/, "").replaceAll("/", "-")}-${version}.tgz`);
}

async function npmPack(packages: readonly LockedPackage[], cache: string): Promise<void> {
  const specs = packages.map(({ name, version }) => `${name}@${version}`);
  const npm = Bun.spawn(["npm", "pack", "--silent", "--pack-destination", cache, ...specs], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if ((await npm.exited) !== 0) throw new Error(`npm could not fetch ${specs.join(", ")}`);
}

async function filesOf(pinned: LockedPackage, cache: string): Promise<PackageFiles> {
  const path = tarballOf(pinned, cache);
  const tarball = readFileSync(path);
  try {
    verify(pinned, tarball);
  } catch (error) {
    // Half fetched or tampered with: the next run is to fetch it anew.
    rmSync(path, { force: true });
    throw error;
  }
  const files = await new Bun.Archive(tarball).files();
  return new Map([...files].map(([name, file]) => [name.replace(/^package\//, ""), file]));
}
