import { readFileSync } from "node:fs";
import type { BunPlugin } from "bun";

/** The addon's name in the bundle: wherever its file lies, the binary is the same. */
const NAME = "argon2.node";

/**
 * Puts the native addon into the binary, in place of the module that looks for it among the packages.
 * @param file the addon; without one the binary has none
 */
export function embeddedAddon(file: string | undefined): BunPlugin {
  return {
    name: "embedded-addon",
    setup(build) {
      build.onLoad({ filter: /[/\\]crypto[/\\]argon2id[/\\]addon-file\.ts$/ }, () => ({
        loader: "ts",
        contents: file === undefined ? "export const addonFile = () => undefined;" : REPLACEMENT,
      }));
      if (file === undefined) return;
      const namespace = "embedded-addon";
      build.onResolve({ filter: new RegExp(`^${NAME}$`) }, () => ({ path: NAME, namespace }));
      build.onLoad({ filter: /^/, namespace }, () => ({ loader: "file", contents: readFileSync(file) }));
    },
  };
}

const REPLACEMENT = `import file from "${NAME}" with { type: "file" };\nexport const addonFile = () => file;`;
