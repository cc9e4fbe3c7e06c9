import { createRequire } from "node:module";

/**
 * The path of libsodium's addon for this platform, among the installed packages. The build replaces this module by one that
 * returns the copy inside the binary: see src/build/embedded-addon.ts.
 *
 * @returns `undefined` when the package is not installed, or has no addon for this platform
 */
export function sodiumFile(): string | undefined {
  try {
    const platform = `${process.platform}-${process.arch}`;
    return createRequire(import.meta.url).resolve(`sodium-native/prebuilds/${platform}/sodium-native.node`);
  } catch {
    return undefined;
  }
}
