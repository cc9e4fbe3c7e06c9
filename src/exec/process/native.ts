import { constants } from "node:os";
import { lazy } from "../../common/lazy.ts";
import { errnoReader, openLibc } from "../../system/libc.ts";
import { withOriginalCoreLimit } from "../../system/process-hardening.ts";
import { cString, cStrings } from "./c-strings.ts";
import type { Program } from "./program.ts";
import { IGNORED_BY_RUNTIME, type StartState } from "./start-state.ts";

/** fcntl(2), getrlimit(2), and the flags of posix_spawn(3), on Linux. */
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const RLIMIT_NOFILE = 7;
const SPAWN_SETSIGDEF = 0x04;
const SPAWN_SETSID = 0x80;
const WNOHANG = 1;
const WUNTRACED = 2;
/** waitid(2): any change since the last one that was waited for, which stays to be waited for. */
const P_PID = 1;
const WEXITED = 4;
const WCONTINUED = 8;
const WNOWAIT = 0x1000000;
/** Bytes for a `siginfo_t`. */
const SIGNAL_INFO_SIZE = 128;
/** WIFSTOPPED of wait(2). */
const WAS_STOPPED = 0x7f;
const O_RDWR = 2;

/** Bytes for `posix_spawn_file_actions_t`, `posix_spawnattr_t` and `sigset_t`: glibc's have 80, 336 and 128. */
const ACTIONS_SIZE = 512;
const ATTRIBUTES_SIZE = 1024;
const SIGNALS_SIZE = 256;

const DEFAULT = 0n;
const IGNORE = 1n;
/** glibc's posix_spawn makes children ignore the signals of its threads, unless they are to have the default. */
const OF_GLIBC = [32, 33];

const libc = lazy(() =>
  openLibc({
    execve: { args: ["ptr", "ptr", "ptr"], returns: "int" },
    fcntl: { args: ["int", "int", "int"], returns: "int" },
    getrlimit: { args: ["int", "ptr"], returns: "int" },
    setrlimit: { args: ["int", "ptr"], returns: "int" },
    signal: { args: ["int", "u64"], returns: "u64" },
    posix_spawn: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "int" },
    posix_spawn_file_actions_init: { args: ["ptr"], returns: "int" },
    posix_spawn_file_actions_adddup2: { args: ["ptr", "int", "int"], returns: "int" },
    posix_spawn_file_actions_addopen: { args: ["ptr", "int", "ptr", "int", "u32"], returns: "int" },
    posix_spawn_file_actions_destroy: { args: ["ptr"], returns: "int" },
    posix_spawnattr_init: { args: ["ptr"], returns: "int" },
    posix_spawnattr_setflags: { args: ["ptr", "i16"], returns: "int" },
    posix_spawnattr_setsigdefault: { args: ["ptr", "ptr"], returns: "int" },
    posix_spawnattr_destroy: { args: ["ptr"], returns: "int" },
    waitid: { args: ["int", "u32", "ptr", "int"], returns: "int" },
    waitpid: { args: ["int", "ptr", "int"], returns: "int" },
  }),
);

/**
 * Replaces this process by a program (execve(2)), which gets what we were started with. The runtime's own function
 * would close all descriptors, and take no bytes but UTF-8.
 *
 * @returns the system's name of the error; if there is none, this does not return
 */
export function replaceProcess(program: Program, start: StartState): string {
  const [words, variables] = [cStrings(program.words), cStrings(program.variables)];
  const path = cString(program.path);
  const readErrno = errnoReader();
  const lost = ignoredByRuntimeAlone(start);
  for (const signal of lost) libc().signal(signal, DEFAULT);
  // SIGCHLD, which we handle in any case (start-signals.ts).
  for (const signal of start.ignoredSignals) libc().signal(signal, IGNORE);
  try {
    return withOriginalState(start, () => {
      libc().execve(path, words.addresses, variables.addresses);
      return nameOf(readErrno());
    });
  } finally {
    for (const signal of lost) libc().signal(signal, IGNORE);
    variables.wipe();
  }
}

/** The signals that the program should not ignore, although we do. */
function ignoredByRuntimeAlone({ ignoredSignals }: StartState): readonly number[] {
  return IGNORED_BY_RUNTIME.filter((signal) => !ignoredSignals.has(signal));
}

/** Adds a signal to a `sigset_t`. The function of that name refuses those of {@link OF_GLIBC}. */
function addTo(signals: Uint8Array, signal: number): void {
  const at = (signal - 1) >> 3;
  signals[at] = (signals[at] as number) | (1 << ((signal - 1) & 7));
}

/** The standard streams of a child. */
export interface Stdio {
  /** A descriptor, or the path of a terminal that becomes the controlling terminal of a new session. */
  readonly stdin: number | string;
  readonly stdout: number;
  readonly stderr: number;
}

/** With fewer descriptors than this we might not be able to go on ourselves. */
const FEWEST_OPEN_FILES = 64n;

/**
 * While a program runs as our child, we show the signals and the limit that we were started with, and not what the
 * runtime made of them: the program may be pprotect again, which looks at its parent for that (start-state.ts).
 */
function showStartState(start: StartState): void {
  for (const signal of ignoredByRuntimeAlone(start)) {
    const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
    process.on(name as NodeJS.Signals, () => undefined);
  }
  const { openFiles } = start;
  if (openFiles && (openFiles[0] as bigint) >= FEWEST_OPEN_FILES) libc().setrlimit(RLIMIT_NOFILE, openFiles);
}

/**
 * Starts a program as a child (posix_spawn(3)), with what we were started with.
 * @returns its process id, or the system's name of the error
 */
export function spawnProcess(program: Program, start: StartState, stdio: Stdio): number | string {
  const [words, variables] = [cStrings(program.words), cStrings(program.variables)];
  const actions = new Uint8Array(ACTIONS_SIZE);
  const attributes = new Uint8Array(ATTRIBUTES_SIZE);
  const signals = new Uint8Array(SIGNALS_SIZE);
  const id = new Int32Array(1);
  const c = libc();
  c.posix_spawn_file_actions_init(actions);
  c.posix_spawnattr_init(attributes);
  for (const signal of [...ignoredByRuntimeAlone(start), ...OF_GLIBC]) addTo(signals, signal);
  c.posix_spawnattr_setsigdefault(attributes, signals);
  const inSession = typeof stdio.stdin === "string";
  c.posix_spawnattr_setflags(attributes, SPAWN_SETSIGDEF | (inSession ? SPAWN_SETSID : 0));
  if (typeof stdio.stdin === "number") c.posix_spawn_file_actions_adddup2(actions, stdio.stdin, 0);
  // The first terminal that a session leader opens without O_NOCTTY becomes its controlling terminal (open(2)).
  else c.posix_spawn_file_actions_addopen(actions, 0, cString(Buffer.from(stdio.stdin)), O_RDWR, 0);
  c.posix_spawn_file_actions_adddup2(actions, stdio.stdout, 1);
  c.posix_spawn_file_actions_adddup2(actions, stdio.stderr, 2);
  showStartState(start);
  try {
    const error = withOriginalState(start, () =>
      c.posix_spawn(id, cString(program.path), actions, attributes, words.addresses, variables.addresses),
    );
    return error === 0 ? (id[0] as number) : nameOf(error);
  } finally {
    c.posix_spawn_file_actions_destroy(actions);
    c.posix_spawnattr_destroy(attributes);
    variables.wipe();
  }
}

/** How a process ended: with an exit status, or by a signal. */
export interface End {
  readonly status: number;
  /** The signal's number, 0 if there was none. */
  readonly signal: number;
}

/** That a signal, such as SIGSTOP, has stopped a process. */
export const STOPPED = "stopped";

/** @returns how a child ended; that it was stopped, once; or `undefined` while nothing has changed */
export function changeOf(child: number): End | typeof STOPPED | undefined {
  const status = new Int32Array(1);
  const found = libc().waitpid(child, status, WNOHANG | WUNTRACED);
  if (found === 0) return undefined;
  const [bits = 0] = status;
  if (found === child && (bits & 0xff) === WAS_STOPPED) return STOPPED;
  return found === child ? { status: (bits >> 8) & 0xff, signal: bits & 0x7f } : { status: 1, signal: 0 };
}

/** Whether a child has been continued, was stopped again or has ended since {@link changeOf} said that it was stopped. */
export function hasGoneOn(child: number): boolean {
  const info = new Int32Array(SIGNAL_INFO_SIZE / Int32Array.BYTES_PER_ELEMENT);
  libc().waitid(P_PID, child, info, WNOHANG | WUNTRACED | WEXITED | WCONTINUED | WNOWAIT);
  // `si_signo` is 0 where nothing has changed.
  return info[0] !== 0;
}

/** Keeps a descriptor of ours from the programs that we start. */
export function closeOnExec(descriptor: number): void {
  libc().fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

/** Starts something with the descriptors and limits that we were started with; ours are as before if that fails. */
function withOriginalState<Started>({ descriptors, openFiles }: StartState, start: () => Started): Started {
  for (const descriptor of descriptors) libc().fcntl(descriptor, F_SETFD, 0);
  const ours = new BigUint64Array(2);
  if (openFiles && libc().getrlimit(RLIMIT_NOFILE, ours) === 0) libc().setrlimit(RLIMIT_NOFILE, openFiles);
  try {
    return withOriginalCoreLimit(start);
  } finally {
    if (openFiles) libc().setrlimit(RLIMIT_NOFILE, ours);
    for (const descriptor of descriptors) libc().fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  }
}

function nameOf(errno: number): string {
  return Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `error ${errno}`;
}
