import type { BunPlugin } from "bun";
import { requireMatch } from "./embedded-module.ts";

/**
 * Replaces the library `debug`, which simple-git writes to, by one that writes nothing: with `DEBUG=*` it would print git's
 * environment, including a passphrase in it.
 */
export function silentDebug(): BunPlugin {
  const namespace = "silent-debug";
  return {
    name: namespace,
    setup(build) {
      const used = requireMatch(build, "import of the library `debug`");
      build.onResolve({ filter: /^debug$/ }, () => {
        used();
        return { path: "debug", namespace };
      });
      build.onLoad({ filter: /^/, namespace }, () => ({ loader: "js", contents: MUTE }));
    },
  };
}

/** The part of the library's interface that its users here touch, as a CommonJS module like the real one. */
const MUTE = `
const debug = (namespace) =>
  Object.assign(() => {}, { namespace, enabled: false, log() {}, extend: (name) => debug(namespace + ":" + name) });
Object.assign(debug, { formatters: {}, enable() {}, disable: () => "", enabled: () => false, log() {} });
module.exports = Object.assign(debug, { debug, default: debug });
`;
