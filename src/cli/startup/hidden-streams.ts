/**
 * Hides the process's standard streams while third-party modules are loaded (clipanion and debug look at them).
 *
 * Touching `process.stdout` or `process.stderr` makes Bun set O_NONBLOCK on the open file description, which other
 * processes share: the next program on the same pipe, or the one that `exec` runs, then fails with EAGAIN. To see it:
 * `(bun -e 'process.stdout'; grep flags /proc/self/fdinfo/1) | cat` prints a flag 04000.
 * It also makes Bun load its terminals and sockets, which takes longer than a short command.
 */
const real = globalThis.process;

const HIDDEN: ReadonlyMap<PropertyKey, unknown> = new Map([
  ["stdin", { fd: 0 }],
  ["stdout", { fd: 1 }],
  ["stderr", { fd: 2 }],
]);

/** Everything else goes to the process itself: an accessor called on another object fails from then on. */
const shim = new Proxy(real, {
  get: (target, name) => (HIDDEN.has(name) ? HIDDEN.get(name) : Reflect.get(target, name, target)),
  set: (target, name, value) => Reflect.set(target, name, value, target),
});

/** Hides the streams until {@link restoreStreams}, for modules that are loaded without {@link hidingStreams}. */
export function hideStreams(): void {
  globalThis.process = shim;
}

/** Restores the streams, still untouched. */
export function restoreStreams(): void {
  globalThis.process = real;
}

/** The variable that keeps the library `debug` from looking at standard error when it is loaded. */
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
