import { dirname, join } from "node:path";
import type { BunPlugin } from "bun";
import { requireMatch } from "./embedded-module.ts";

const INSTALLED = /[/\\]node_modules[/\\]/;

/**
 * Gives our own modules the ES module of typanion, which its package.json does not name: every command that opens secrets
 * then loads only the functions that are used. Packages that load all of it, like clipanion, get the CommonJS module.
 */
export function typanionAsModule(): BunPlugin {
  return {
    name: "typanion-as-module",
    setup(build) {
      const used = requireMatch(build, "import of typanion");
      build.onResolve({ filter: /^typanion$/ }, ({ path, importer }) => {
        if (INSTALLED.test(importer)) return undefined;
        used();
        return { path: join(dirname(Bun.resolveSync(path, dirname(importer))), "index.mjs") };
      });
    },
  };
}
