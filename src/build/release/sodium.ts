import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Licensed } from "./licenses.ts";
import type { Platform } from "./platforms.ts";

/** The package with libsodium's addons for all platforms that it has some for. */
export const SODIUM_PACKAGE = "sodium-native";

/** The version of libsodium in a version of the package, as its addons say. */
const LIBSODIUM: ReadonlyMap<string, string> = new Map([["4.3.3", "1.0.20"]]);

/** The addon's file in the package for a platform; there is none for musl. */
export function sodiumAddonOf({ npm: { os, cpu, libc } }: Platform): string | undefined {
  return libc === "musl" ? undefined : `prebuilds/${os}-${cpu}/sodium-native.node`;
}

/**
 * libsodium itself, with its licence.
 * @param packageVersion of {@link SODIUM_PACKAGE}
 * @throws Error for a version that was not looked at
 */
export function libsodiumIn(packageVersion: string): Licensed {
  const version = LIBSODIUM.get(packageVersion);
  if (version === undefined) throw new Error(`which libsodium is in ${SODIUM_PACKAGE} ${packageVersion}?`);
  const text = readFileSync(join(import.meta.dir, "licenses/libsodium.txt"), "utf8").trim();
  return { name: "libsodium", version, license: "ISC", text };
}
