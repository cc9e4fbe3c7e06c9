import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import { commandList } from "../../cli/argv/command-list.ts";
import { compile, packageOf } from "../compile.ts";
import { buildLibrary, LIBRARY_DIRECTORY } from "../library.ts";
import { type Crate, crateLicenseText, cratesIn } from "./addon-crates.ts";
import { LEVELS, type Level, packDirectory } from "./archive.ts";
import { checksumFile, sha256 } from "./checksums.ts";
import { DEBIAN_ARCHITECTURES, writeDebianPackage } from "./debian-package.ts";
import { installer } from "./installer.ts";
import { type Licensed, licenseOf, thirdPartyNotice } from "./licenses.ts";
import { type Locked, readLockFile } from "./lock-file.ts";
import { manPages } from "./man/pages.ts";
import {
  addonIn,
  binaryIn,
  platformPackageName,
  writeMainPackage,
  writePlatformPackage,
} from "./npm-packages.ts";
import { type PackageInside, packagesInside } from "./packages-inside.ts";
import { executableName, type Platform } from "./platforms.ts";
import { fetchPackages, type PackageFiles } from "./registry.ts";
import { runtimeLicenseText } from "./runtime-licenses.ts";
import { type Artifact, type Component, sbom } from "./sbom.ts";
import { libsodiumIn, SODIUM_PACKAGE, sodiumAddonOf } from "./sodium.ts";

export interface ReleaseOptions {
  /** The output directory; emptied first. */
  readonly directory: string;
  /** The directory for tarballs from the registry. */
  readonly cache: string;
  readonly platforms: readonly Platform[];
  /** The modification time of every file in an archive: that of the source, in seconds since 1970. */
  readonly epoch: number;
  /** The commit of the source, for `version --verbose`. */
  readonly commit: string | undefined;
  /** The source repository's URL, such as `https://…/owner/name`. */
  readonly repository: string | undefined;
  /** How much gzip compresses; left out, as much as for a release. */
  readonly level?: Level;
}

/** The file with third-party licences, in each archive and npm package. */
const NOTICE = "THIRD-PARTY-LICENSES";

/**
 * Builds a release: archives, SBOM, licences, installer, checksums and npm packages. Call it in the root of the source.
 * @throws Error when a package cannot be fetched or does not match the lock file
 */
export async function release(options: ReleaseOptions): Promise<void> {
  const { directory, epoch, repository } = options;
  const { version, license } = packageJson;
  const { builds, licenses, notice, locked } = await npmPackages(options);
  writeFileSync(join(directory, NOTICE), notice);

  const artifacts: Artifact[] = [];
  for (const build of builds) {
    const { platform } = build;
    const components = componentsOf(build, licenses, locked);
    artifacts.push({
      name: `pprotect-${platform.name}`,
      components,
      ...(await writeArchive(build, notice, options)),
    });
    if (platform.npm.libc === "glibc") await writeDebian(build, notice, options);
  }
  writeFileSync(join(directory, "pprotect.spdx.json"), sbom({ version, license, epoch, artifacts }));
  writeFileSync(
    join(directory, "install.sh"),
    installer(readFileSync("install.sh", "utf8"), repository, version),
  );
  chmodSync(join(directory, "install.sh"), 0o755);
  writeFileSync(join(directory, "SHA256SUMS"), checksumFile(sumsOf(directory)));
}

/** What the other parts of a release are made of. */
interface NpmPackages {
  readonly builds: readonly Build[];
  readonly licenses: readonly Licensed[];
  /** The text of {@link NOTICE}. */
  readonly notice: string;
  readonly locked: Locked;
}

/**
 * Builds only the npm packages of a release, in the directory `npm`. Call it in the root of the source.
 * @throws Error when a package cannot be fetched or does not match the lock file
 */
export async function npmPackages(options: ReleaseOptions): Promise<NpmPackages> {
  const { directory, platforms, repository } = options;
  const { version, description, license } = packageJson;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });

  const locked = readLockFile(readFileSync("bun.lock", "utf8"));
  const builds = await buildAll(options, locked);
  const mainPackage = join(directory, "npm/pprotect");
  const library = await buildLibrary(join(mainPackage, LIBRARY_DIRECTORY));
  const licenses = bundledLicenses(builds, packagesOf(library.modules));
  const notice = thirdPartyNotice(licenses, runtimeLicense());

  const npm = { version, description, license, repository };
  for (const { platform, npmDirectory } of builds) {
    writePlatformPackage(npmDirectory, platform, npm);
    writeNotices(npmDirectory, notice);
  }
  writeMainPackage(mainPackage, platforms, npm);
  writeNotices(mainPackage, notice);
  return { builds, licenses, notice, locked };
}

/** A binary, compiled into the directory of its npm package. */
interface Build {
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

async function buildAll(options: ReleaseOptions, locked: Locked): Promise<readonly Build[]> {
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
function packagesOf(modules: readonly string[]): readonly string[] {
  return [...new Set(modules.flatMap((path) => packageOf(path) ?? []))];
}

function bundledLicenses(builds: readonly Build[], library: readonly string[]): readonly Licensed[] {
  const names = new Set([...builds.flatMap((build) => build.packages), ...library]);
  const bundled = [...names].toSorted().map((name) => licenseOf(join("node_modules", name)));
  const inside = new Map(builds.flatMap((build) => build.inside).map((each) => [each.name, each]));
  // The packages of the addons do not contain the text.
  const addon = licenseOf("node_modules/@node-rs/argon2");
  const withCrates = { ...addon, text: `${addon.text}\n\n${crateLicenseText()}` };
  const sodium = licenseOf(join("node_modules", SODIUM_PACKAGE));
  return [...bundled, withCrates, sodium, libsodiumIn(sodium.version), ...inside.values()];
}

function runtimeLicense(): Licensed {
  return { name: "Bun", version: Bun.version, license: "MIT", text: runtimeLicenseText() };
}

function componentsOf(
  { platform, packages, inside, crates, sodium }: Build,
  licenses: readonly Licensed[],
  locked: Locked,
): readonly Component[] {
  const licenseNamed = (name: string): string =>
    licenses.find((each) => each.name === name)?.license ?? "NOASSERTION";
  return [
    {
      ...locked(platform.runtime),
      license: "MIT",
      comment: `Bun; the licences of what it links are in ${NOTICE}`,
    },
    { ...locked(platform.addon), license: licenseNamed("@node-rs/argon2") },
    ...(sodium ? sodiumComponents(locked, licenseNamed) : []),
    ...packages.map((name) => ({ ...locked(name), license: licenseNamed(name) })),
    ...inside.map(({ name, version, license, inside: outer }) => ({
      name,
      version,
      license,
      dependencies: [],
      comment: `a copy in the files of ${outer}`,
    })),
    ...crates.map((crate) => ({
      ...crate,
      ecosystem: "cargo" as const,
      dependencies: [],
      comment: `in the file of ${platform.addon}`,
    })),
  ];
}

function sodiumComponents(locked: Locked, licenseNamed: (name: string) => string): readonly Component[] {
  const addon = locked(SODIUM_PACKAGE);
  const { name, version, license } = libsodiumIn(addon.version);
  return [
    // What it depends on only finds the addon, and is not in the binary.
    { ...addon, license: licenseNamed(SODIUM_PACKAGE), dependencies: [] },
    {
      name,
      version,
      license,
      dependencies: [],
      ecosystem: "github/jedisct1",
      comment: `in the file of ${SODIUM_PACKAGE}`,
    },
  ];
}

async function writeArchive(
  { platform, npmDirectory }: Build,
  notice: string,
  { directory, epoch, level }: ReleaseOptions,
): Promise<Pick<Artifact, "fileName" | "sha256">> {
  const content = join(directory, "work", `pprotect-${platform.name}`);
  mkdirSync(content, { recursive: true });
  const executable = join(content, executableName(platform));
  linkSync(binaryIn(npmDirectory, platform), executable);
  chmodSync(executable, 0o755);
  writeNotices(content, notice);
  const bytes = await packDirectory(content, epoch, level);
  rmSync(join(directory, "work"), { recursive: true });
  const fileName = `pprotect-${platform.name}.tar.gz`;
  writeFileSync(join(directory, fileName), bytes);
  return { fileName, sha256: sha256(bytes) };
}

/** Debian's package of a binary for Linux with glibc. */
async function writeDebian(
  { platform, npmDirectory, sodium }: Build,
  notice: string,
  options: ReleaseOptions,
): Promise<void> {
  const { directory, epoch, level = LEVELS.release } = options;
  const { version, description } = packageJson;
  const architecture = DEBIAN_ARCHITECTURES[platform.npm.cpu];
  if (architecture === undefined) throw new Error(`Debian has no name for the processor ${platform.npm.cpu}`);
  const work = join(directory, "work");
  await writeDebianPackage(
    {
      version,
      description,
      architecture,
      binary: binaryIn(npmDirectory, platform),
      optional: sodium,
      license: "LICENSE",
      notice,
      changelog: readFileSync("CHANGELOG.md", "utf8"),
      manPages: manPages(await commandList(), { version, epoch }),
      epoch,
      level,
    },
    work,
    join(directory, `pprotect-${architecture}.deb`),
  );
  rmSync(work, { recursive: true });
}

function writeNotices(directory: string, notice: string): void {
  cpSync("LICENSE", join(directory, "LICENSE"));
  writeFileSync(join(directory, NOTICE), notice);
}

function sumsOf(directory: string): ReadonlyMap<string, string> {
  const files = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map(({ name }) => [name, sha256(readFileSync(join(directory, name)))]));
}
