import { readFileSync } from "node:fs";
import type { BunPlugin } from "bun";
import { embeddedModule } from "./embedded-module.ts";

/** A native addon that the source looks for among the packages. */
interface Addon {
  /** The end of the path of the module that finds it. */
  readonly module: string;
  /** The function of that module. */
  readonly finder: string;
  /** Its name in the bundle: the binary is the same wherever the addon's file is. */
  readonly name: string;
}

export const ARGON2_ADDON: Addon = {
  module: "crypto/argon2id/addon-file.ts",
  finder: "addonFile",
  name: "argon2.node",
};
export const SODIUM_ADDON: Addon = {
  module: "crypto/sodium/sodium-file.ts",
  finder: "sodiumFile",
  name: "sodium.node",
};

/**
 * Puts a native addon into the binary, instead of the module that looks for it among the packages.
 * @param file the addon; without one the binary has none
 */
export function embeddedAddon({ module, finder, name }: Addon, file: string | undefined): BunPlugin {
  const replaced = embeddedModule(module, () =>
    file === undefined
      ? `export const ${finder} = () => undefined;`
      : `import file from "${name}" with { type: "file" };\nexport const ${finder} = () => file;`,
  );
  const namespace = `embedded-${finder}`;
  return {
    name: namespace,
    setup(build) {
      replaced.setup(build);
      if (file === undefined) return;
      build.onResolve({ filter: new RegExp(`^${RegExp.escape(name)}$`) }, () => ({ path: name, namespace }));
      build.onLoad({ filter: /^/, namespace }, () => ({ loader: "file", contents: readFileSync(file) }));
    },
  };
}
