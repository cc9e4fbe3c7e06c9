import { readFileSync } from "node:fs";
import type { BunPlugin } from "bun";
import { embeddedModule } from "./embedded-module.ts";

/** The addon's name in the bundle: the binary is the same wherever the addon's file is. */
const NAME = "argon2.node";

/**
 * Puts the native addon into the binary, instead of the module that looks for it among the packages.
 * @param file the addon; without one the binary has none
 */
export function embeddedAddon(file: string | undefined): BunPlugin {
  const replaced = embeddedModule("crypto/argon2id/addon-file.ts", () =>
    file === undefined ? NONE : REPLACEMENT,
  );
  return {
    name: "embedded-addon",
    setup(build) {
      replaced.setup(build);
      if (file === undefined) return;
      const namespace = "embedded-addon";
      build.onResolve({ filter: new RegExp(`^${NAME}$`) }, () => ({ path: NAME, namespace }));
      build.onLoad({ filter: /^/, namespace }, () => ({ loader: "file", contents: readFileSync(file) }));
    },
  };
}

const NONE = "export const addonFile = () => undefined;";
const REPLACEMENT = `import file from "${NAME}" with { type: "file" };\nexport const addonFile = () => file;`;
