import { join } from "node:path";
import { crateLicenseText } from "./addon-crates.ts";
import type { Build } from "./binaries.ts";
import { type Licensed, licenseOf, NOTICE } from "./licenses.ts";
import type { Locked } from "./lock-file.ts";
import { runtimeLicenseText } from "./runtime-licenses.ts";
import type { Component } from "./sbom.ts";
import { libsodiumIn, SODIUM_PACKAGE } from "./sodium.ts";

/** The licences of all that is in the binaries and the library, without the runtime. @param library names of its packages */
export function bundledLicenses(builds: readonly Build[], library: readonly string[]): readonly Licensed[] {
  const names = new Set([...builds.flatMap((build) => build.packages), ...library]);
  const bundled = [...names].toSorted().map((name) => licenseOf(join("node_modules", name)));
  const inside = new Map(builds.flatMap((build) => build.inside).map((each) => [each.name, each]));
  // The packages of the addons do not contain the text.
  const addon = licenseOf("node_modules/@node-rs/argon2");
  const withCrates = { ...addon, text: `${addon.text}\n\n${crateLicenseText()}` };
  const sodium = licenseOf(join("node_modules", SODIUM_PACKAGE));
  return [...bundled, withCrates, sodium, libsodiumIn(sodium.version), ...inside.values()];
}

/** The licence of the runtime, with those of what it links. */
export function runtimeLicense(): Licensed {
  return { name: "Bun", version: Bun.version, license: "MIT", text: runtimeLicenseText() };
}

/** What a binary is made of, for the SBOM. */
export function componentsOf(
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
