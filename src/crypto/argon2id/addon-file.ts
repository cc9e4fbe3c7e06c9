import { createRequire } from "node:module";

/**
 * The path of the Argon2 addon for this platform, among the installed packages. The build replaces this module by one
 * that returns the copy inside the binary: see src/build/embedded-addon.ts.
 *
 * @returns `undefined` when no addon is installed for this platform
 */
export function addonFile(): string | undefined {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform}-${process.arch}`;
  for (const suffix of ["", "-gnu", "-musl", "-msvc"]) {
    try {
      return require.resolve(`@node-rs/argon2-${platform}${suffix}/argon2.${platform}${suffix}.node`);
    } catch {
      // Not installed for this C library: try the next one.
    }
  }
  return undefined;
}
