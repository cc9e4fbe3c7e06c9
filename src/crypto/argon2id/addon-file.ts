import { createRequire } from "node:module";

/**
 * Where the Argon2 addon for this platform lies among the installed packages. The build replaces this module
 * by one that names the copy inside the binary: see src/build/embedded-addon.ts.
 *
 * @returns a path, or `undefined` when no addon is installed for this platform
 */
export function addonFile(): string | undefined {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform}-${process.arch}`;
  for (const suffix of ["", "-gnu", "-musl", "-msvc"]) {
    try {
      return require.resolve(`@node-rs/argon2-${platform}${suffix}/argon2.${platform}${suffix}.node`);
    } catch {
      // Not this C library: try the next.
    }
  }
  return undefined;
}
