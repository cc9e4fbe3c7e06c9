/**
 * Hides the process's standard streams from libraries that look at them when they are loaded (clipanion, debug).
 * At the first look the runtime makes the pipes behind the streams non-blocking, for every process that holds
 * them and after our end too: the next program of the same script, or the one that takes our place in `exec`,
 * would fail with EAGAIN in the middle of its output. And with the first look the runtime loads its terminals
 * and sockets, which takes longer than a short command.
 */
const real = globalThis.process;

const HIDDEN: ReadonlyMap<PropertyKey, unknown> = new Map([
  ["stdin", { fd: 0 }],
  ["stdout", { fd: 1 }],
  ["stderr", { fd: 2 }],
]);

/** All else goes to the process itself: an accessor that is handed another object breaks for good. */
const shim = new Proxy(real, {
  get: (target, name) => (HIDDEN.has(name) ? HIDDEN.get(name) : Reflect.get(target, name, target)),
  set: (target, name, value) => Reflect.set(target, name, value, target),
});

/** Hides the streams until {@link restoreStreams}, for modules that are loaded without {@link hidingStreams}. */
export function hideStreams(): void {
  globalThis.process = shim;
}

/** Puts the streams back, still untouched: what was loaded so far has looked. */
export function restoreStreams(): void {
  globalThis.process = real;
}

/** The setting by which the library `debug`, when it is loaded, decides never to look at standard error. */
const DEBUG_COLORS = "DEBUG_COLORS";

/** Loads modules while the streams are hidden. */
export async function hidingStreams<Loaded>(load: () => Promise<Loaded>): Promise<Loaded> {
  const given = real.env[DEBUG_COLORS];
  hideStreams();
  real.env[DEBUG_COLORS] = "no";
  try {
    return await load();
  } finally {
    restoreStreams();
    if (given === undefined) delete real.env[DEBUG_COLORS];
    else real.env[DEBUG_COLORS] = given;
  }
}
