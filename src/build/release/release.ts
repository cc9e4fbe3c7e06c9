import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import { compile } from "../compile.ts";
import { packFolder } from "./archive.ts";
import { checksumFile, sha256 } from "./checksums.ts";
import { installer } from "./installer.ts";
import { type Licensed, licenseOf, thirdPartyNotice } from "./licenses.ts";
import { type Locked, readLockFile } from "./lock-file.ts";
import { binaryIn, platformPackageName, writeMainPackage, writePlatformPackage } from "./npm-packages.ts";
import { executableName, type Platform } from "./platforms.ts";
import { fetchPackages, type PackageFiles } from "./registry.ts";
import { type Artifact, type Component, sbom } from "./sbom.ts";

export interface ReleaseOptions {
  /** Where everything goes; emptied first. */
  readonly folder: string;
  /** Where tarballs of the registry are kept. */
  readonly cache: string;
  readonly platforms: readonly Platform[];
  /** Seconds since 1970: the time of the source, which every file in an archive gets. */
  readonly epoch: number;
  /** Where the source and its releases are, such as `https://…/owner/name`. */
  readonly repository: string | undefined;
}

/** What each archive and each package on npm brings besides the binary. */
const NOTICE = "THIRD-PARTY-LICENSES";

/**
 * Builds a release from the folder of the source, in which it must be called: archives, their SBOM, their
 * licences, the installer, a checksum of each, and the packages for npm.
 *
 * @throws when a package cannot be had or is not what the lock file pins
 */
export async function release(options: ReleaseOptions): Promise<void> {
  const { folder, platforms, epoch, repository } = options;
  const { version, description, license } = packageJson;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });

  const locked = readLockFile(readFileSync("bun.lock", "utf8"));
  const builds = await buildAll(options, locked);
  const licenses = bundledLicenses(builds);
  const notice = thirdPartyNotice(licenses, runtimeLicense());
  writeFileSync(join(folder, NOTICE), notice);

  const npm = { version, description, license, repository };
  const artifacts: Artifact[] = [];
  for (const build of builds) {
    const { platform, npmFolder } = build;
    writePlatformPackage(npmFolder, platform, npm);
    writeNotices(npmFolder, notice);
    const components = componentsOf(build, licenses, locked);
    artifacts.push({
      name: `pprotect-${platform.name}`,
      components,
      ...(await writeArchive(folder, build, notice, epoch)),
    });
  }
  const mainPackage = join(folder, "npm/pprotect");
  writeMainPackage(mainPackage, platforms, npm);
  for (const file of ["README.md", "LICENSE"]) cpSync(file, join(mainPackage, file));

  writeFileSync(join(folder, "pprotect.spdx.json"), sbom({ version, license, epoch, artifacts }));
  writeFileSync(
    join(folder, "install.sh"),
    installer(readFileSync("install.sh", "utf8"), repository, version),
  );
  chmodSync(join(folder, "install.sh"), 0o755);
  writeFileSync(join(folder, "SHA256SUMS"), checksumFile(sumsOf(folder)));
}

/** A binary, compiled into the folder of its package for npm. */
interface Build {
  readonly platform: Platform;
  readonly npmFolder: string;
  /** The installed packages with code in it. */
  readonly packages: readonly string[];
}

async function buildAll(options: ReleaseOptions, locked: Locked): Promise<readonly Build[]> {
  const { folder, cache, platforms } = options;
  const pinned = platforms.flatMap(({ runtime, addon }) => [locked(runtime), locked(addon)]);
  for (const { name, version } of pinned.filter((each) => each.name.startsWith("@oven/"))) {
    // Bytecode is for the very version of the runtime that made it.
    if (version !== Bun.version)
      throw new Error(`${name}@${version} is pinned, but this is Bun ${Bun.version}`);
  }
  const fetched = await fetchPackages(pinned, cache);
  const work = join(folder, "work");
  const builds: Build[] = [];
  for (const [index, platform] of platforms.entries()) {
    const npmFolder = join(folder, "npm", platformPackageName(platform));
    const outfile = binaryIn(npmFolder, platform);
    const runtime = await unpack(fetched[2 * index], /^bin\/bun(?:\.exe)?$/, work);
    const addon = await unpack(fetched[2 * index + 1], /\.node$/, work);
    const packages = await compile({ outfile, addon, foreign: { target: platform.target, runtime } });
    builds.push({ platform, npmFolder, packages });
    rmSync(work, { recursive: true });
  }
  return builds;
}

/** Writes the one file of a package that has such a name. @returns its path, absolute */
async function unpack(files: PackageFiles | undefined, name: RegExp, work: string): Promise<string> {
  const [found] = [...(files ?? [])].filter(([path]) => name.test(path));
  if (!found) throw new Error(`no ${name} in the package`);
  const path = resolve(work, found[0]);
  await Bun.write(path, found[1]);
  return path;
}

function bundledLicenses(builds: readonly Build[]): readonly Licensed[] {
  const names = new Set(builds.flatMap((build) => build.packages));
  const bundled = [...names].toSorted().map((name) => licenseOf(join("node_modules", name)));
  // The addons' own packages bring no text.
  return [...bundled, licenseOf("node_modules/@node-rs/argon2")];
}

function runtimeLicense(): Licensed {
  const text = readFileSync(join(import.meta.dir, "licenses/bun.txt"), "utf8").trim();
  return { name: "Bun", version: Bun.version, license: "MIT", text };
}

function componentsOf(
  { platform, packages }: Build,
  licenses: readonly Licensed[],
  locked: Locked,
): readonly Component[] {
  const licenseNamed = (name: string): string =>
    licenses.find((each) => each.name === name)?.license ?? "NOASSERTION";
  return [
    { ...locked(platform.runtime), license: "MIT", comment: `Bun; what it links itself is in ${NOTICE}` },
    { ...locked(platform.addon), license: licenseNamed("@node-rs/argon2") },
    ...packages.map((name) => ({ ...locked(name), license: licenseNamed(name) })),
  ];
}

async function writeArchive(
  folder: string,
  { platform, npmFolder }: Build,
  notice: string,
  epoch: number,
): Promise<Pick<Artifact, "fileName" | "sha256">> {
  const content = join(folder, "work", `pprotect-${platform.name}`);
  mkdirSync(content, { recursive: true });
  const executable = join(content, executableName(platform));
  cpSync(binaryIn(npmFolder, platform), executable);
  chmodSync(executable, 0o755);
  writeNotices(content, notice);
  const bytes = await packFolder(content, epoch);
  rmSync(join(folder, "work"), { recursive: true });
  const fileName = `pprotect-${platform.name}.tar.gz`;
  writeFileSync(join(folder, fileName), bytes);
  return { fileName, sha256: sha256(bytes) };
}

function writeNotices(folder: string, notice: string): void {
  cpSync("LICENSE", join(folder, "LICENSE"));
  writeFileSync(join(folder, NOTICE), notice);
}

function sumsOf(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map(({ name }) => [name, sha256(readFileSync(join(folder, name)))]));
}
