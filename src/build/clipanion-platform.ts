import { dirname, join } from "node:path";
import type { BunPlugin } from "bun";
import { requireMatch } from "./embedded-module.ts";

/**
 * Gives clipanion the platform module that it has for browsers. The other one loads the runtime's terminals,
 * sockets and streams at every start, for colours that we never ask it for.
 */
export function clipanionWithoutTerminal(): BunPlugin {
  return {
    name: "clipanion-without-terminal",
    setup(build) {
      const used = requireMatch(build, "import of clipanion's platform module");
      build.onResolve({ filter: /^\.\.\/platform$/ }, ({ importer }) => {
        used();
        return { path: join(dirname(importer), "../platform/browser.mjs") };
      });
    },
  };
}
