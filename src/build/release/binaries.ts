import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { compile, packageOf } from "../compile.ts";
import { type Crate, cratesIn } from "./addon-crates.ts";
import type { Locked } from "./lock-file.ts";
import { addonIn, binaryIn, platformPackageName } from "./npm-packages.ts";
import { type PackageInside, packagesInside } from "./packages-inside.ts";
import type { Platform } from "./platforms.ts";
import { fetchPackages, type PackageFiles } from "./registry.ts";
import { SODIUM_PACKAGE, sodiumAddonOf } from "./sodium.ts";

/** A binary, compiled into the directory of its npm package. */
export interface Build {
  readonly platform: Platform;
  readonly npmDirectory: string;
  /** The packages whose code it contains. */
  readonly packages: readonly string[];
  /** The packages that those have inside their own files. */
  readonly inside: readonly PackageInside[];
  /** The crates in the Argon2 addon. */
  readonly crates: readonly Crate[];
  /** libsodium's addon, which the binary does without where it cannot be loaded. */
  readonly sodium: Uint8Array | undefined;
}

/** What the binaries of a release are compiled from, and where to. */
export interface BuildOptions {
  /** The output directory. */
  readonly directory: string;
  /** The directory for tarballs from the registry. */
  readonly cache: string;
  readonly platforms: readonly Platform[];
  /** The commit of the source, for `version --verbose`. */
  readonly commit: string | undefined;
}

/**
 * Compiles the binary of each platform into the directory of its npm package.
 * @throws Error when a package cannot be fetched or does not match the lock file
 */
export async function buildAll(options: BuildOptions, locked: Locked): Promise<readonly Build[]> {
  const { directory, cache, platforms, commit } = options;
  const pinned = platforms.flatMap(({ runtime, addon }) => [locked(runtime), locked(addon)]);
  for (const { name, version } of pinned.filter((each) => each.name.startsWith("@oven/"))) {
    // Bytecode works only with the version of Bun that compiled it.
    if (version !== Bun.version)
      throw new Error(`${name}@${version} is pinned, but this is Bun ${Bun.version}`);
  }
  const [sodiumPackage, ...fetched] = await fetchPackages([locked(SODIUM_PACKAGE), ...pinned], cache);
  const work = join(directory, "work");
  const builds: Build[] = [];
  for (const [index, platform] of platforms.entries()) {
    const npmDirectory = join(directory, "npm", platformPackageName(platform));
    const outfile = binaryIn(npmDirectory, platform);
    const runtime = await unpack(fetched[2 * index], /^bin\/bun(?:\.exe)?$/, work);
    const addon = await unpack(fetched[2 * index + 1], /\.node$/, work);
    const sodiumPath = sodiumAddonOf(platform);
    const sodiumFile =
      sodiumPath === undefined
        ? undefined
        : await unpack(sodiumPackage, new RegExp(`^${RegExp.escape(sodiumPath)}$`), work);
    const foreign = { target: platform.target, runtime };
    const modules = await compile({ outfile, addon, sodium: sodiumFile, commit, foreign });
    mkdirSync(dirname(addonIn(npmDirectory)), { recursive: true });
    cpSync(addon, addonIn(npmDirectory));
    const packages = packagesOf(modules);
    const inside = modules.flatMap((path) => packagesInside(path, packageOf(path) ?? ""));
    const crates = cratesIn(readFileSync(addon));
    const sodium = sodiumFile === undefined ? undefined : readFileSync(sodiumFile);
    builds.push({ platform, npmDirectory, packages, inside, crates, sodium });
    rmSync(work, { recursive: true });
  }
  return builds;
}

/** Extracts the file of a package whose name matches. @returns its absolute path */
async function unpack(files: PackageFiles | undefined, name: RegExp, work: string): Promise<string> {
  const [found] = [...(files ?? [])].filter(([path]) => name.test(path));
  if (!found) throw new Error(`no ${name} in the package`);
  const path = resolve(work, found[0]);
  await Bun.write(path, found[1]);
  return path;
}

/** The packages that modules belong to. */
export function packagesOf(modules: readonly string[]): readonly string[] {
  return [...new Set(modules.flatMap((path) => packageOf(path) ?? []))];
}
