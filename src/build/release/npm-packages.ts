import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LIBRARY_DIRECTORY, LIBRARY_ENTRY, LIBRARY_TYPES } from "../library.ts";
import { executableName, type Platform } from "./platforms.ts";

/** Fields that all npm packages share. */
export interface NpmRelease {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  /** The source repository's URL, such as `https://…/owner/name`; required for npm's provenance. */
  readonly repository: string | undefined;
}

/** The name of a platform's package, as the launcher expects it. */
export function platformPackageName({ npm }: Platform): string {
  return `@pprotect/cli-${npm.os}-${npm.cpu}${npm.libc === "musl" ? "-musl" : ""}`;
}

/** The binary's path in the directory of its package. */
export function binaryIn(directory: string, platform: Platform): string {
  return join(directory, "bin", executableName(platform));
}

/** The path of the Argon2 addon in the directory of a platform's package, for the library. */
export function addonIn(directory: string): string {
  return join(directory, "lib/argon2.node");
}

/** Writes the package.json of a platform's package, which npm installs on that platform only. */
export function writePlatformPackage(directory: string, platform: Platform, release: NpmRelease): void {
  const { os, cpu, libc } = platform.npm;
  writePackage(directory, {
    name: platformPackageName(platform),
    ...common(release),
    description: `pprotect's binary and Argon2 for ${platform.name}; install the package pprotect instead`,
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    preferUnplugged: true,
  });
}

/** The files of {@link writeMainPackage}: their names in `npm`, and in the package. */
const MAIN_FILES: readonly (readonly [string, string])[] = [
  // Without an extension: when npm installs the package, the binary takes its place.
  ["launcher.cjs", "bin/pprotect"],
  ["find-binary.cjs", "lib/find-binary.cjs"],
  ["install.cjs", "install.cjs"],
  ["README.md", "README.md"],
];

/**
 * Writes the package that users install: the launcher, and the library beside it, with every platform's package as an
 * optional dependency. The library itself is built into {@link LIBRARY_DIRECTORY} there.
 */
export function writeMainPackage(
  directory: string,
  platforms: readonly Platform[],
  release: NpmRelease,
): void {
  const { version } = release;
  writePackage(directory, {
    name: "pprotect",
    ...common(release),
    exports: {
      ".": {
        types: `./${LIBRARY_DIRECTORY}/${LIBRARY_TYPES}`,
        default: `./${LIBRARY_DIRECTORY}/${LIBRARY_ENTRY}`,
      },
      "./package.json": "./package.json",
    },
    sideEffects: false,
    bin: { pprotect: "bin/pprotect" },
    scripts: { postinstall: "node install.cjs" },
    engines: { node: ">=20" },
    preferUnplugged: true,
    optionalDependencies: Object.fromEntries(platforms.map((each) => [platformPackageName(each), version])),
  });
  for (const [source, target] of MAIN_FILES) {
    cpSync(join(import.meta.dir, "npm", source), join(directory, target));
  }
  chmodSync(join(directory, "bin/pprotect"), 0o755);
}

function common({ version, description, license, repository }: NpmRelease): Record<string, unknown> {
  return {
    version,
    description,
    license,
    ...(repository !== undefined && { repository: { type: "git", url: `git+${repository}.git` } }),
  };
}

function writePackage(directory: string, content: Record<string, unknown>): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(content, null, 2)}\n`);
}
