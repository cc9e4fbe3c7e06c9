import type { BunPlugin } from "bun";

/**
 * Puts a mute in the place of the library `debug`, which simple-git and secretlint write to: with `DEBUG=*` they
 * would print git's environment, a passphrase in it included, and what they scan.
 */
export function silentDebug(): BunPlugin {
  const namespace = "silent-debug";
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^debug$/ }, () => ({ path: "debug", namespace }));
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
