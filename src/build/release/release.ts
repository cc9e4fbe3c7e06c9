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
import { join } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import { commandList } from "../../cli/argv/command-list.ts";
import { buildLibrary, LIBRARY_DIRECTORY } from "../library.ts";
import { LEVELS, type Level, packDirectory } from "./archive.ts";
import { type Build, type BuildOptions, buildAll, packagesOf } from "./binaries.ts";
import { checksumFile, sha256, sha256OfFile } from "./checksums.ts";
import { bundledLicenses, componentsOf, runtimeLicense } from "./components.ts";
import { DEBIAN_ARCHITECTURES, writeDebianPackage } from "./debian-package.ts";
import { installer } from "./installer.ts";
import { type Licensed, NOTICE, thirdPartyNotice } from "./licenses.ts";
import { type Locked, readLockFile } from "./lock-file.ts";
import { manPages } from "./man/pages.ts";
import { binaryIn, writeMainPackage, writePlatformPackage } from "./npm-packages.ts";
import { executableName } from "./platforms.ts";
import { type Artifact, sbom } from "./sbom.ts";

/** What a release is made from. The output directory is emptied first. */
export interface ReleaseOptions extends BuildOptions {
  /** The modification time of every file in an archive: that of the source, in seconds since 1970. */
  readonly epoch: number;
  /** The source repository's URL, such as `https://…/owner/name`. */
  readonly repository: string | undefined;
  /** How much gzip compresses; left out, as much as for a release. */
  readonly level?: Level;
}

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
  return new Map(files.map(({ name }) => [name, sha256OfFile(join(directory, name))]));
}
