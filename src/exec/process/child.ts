import { constants } from "node:os";
import { errnoOf } from "../../system/file-error.ts";
import { canCallLibc } from "../../system/libc.ts";
import { withOriginalCoreLimit } from "../../system/process-hardening.ts";
import type { ChosenSecret } from "../selection.ts";
import { changeOf, type End, hasGoneOn, STOPPED, type Stdio, spawnProcess } from "./native.ts";
import { asRecord, type Program, startOrInShell } from "./program.ts";
import { startError } from "./start-error.ts";
import type { StartState } from "./start-state.ts";

/** A program that runs as our child. */
export interface Child {
  readonly pid: number;
  /** How it ended, or `undefined` while it runs. */
  end(): End | undefined;
  /** Called whenever a signal has stopped it, as it may do itself. Nothing is called where the system does not say so. */
  onStopped(listener: () => void): void;
  /** Continues it, unless another process has done so since it was stopped: it may have stopped again by now. */
  goOn(): void;
  readonly exited: Promise<End>;
}

/** ms between two checks of a child, in case SIGCHLD was missed. */
const LOOK = 250;

/**
 * Starts a program as a child.
 *
 * @param context what it gets from us, and the secrets in its environment, to name one that is too long
 * @throws PprotectError `command_not_found`, `command_not_executable`
 */
export function startChild(
  program: Program,
  { start, secrets }: { readonly start: StartState; readonly secrets: readonly ChosenSecret[] },
  stdio: Stdio,
): Child {
  const run = process.platform === "linux" && canCallLibc() ? startNative : startByRuntime;
  const child = startOrInShell(program, (each) => run(each, start, stdio));
  if (typeof child === "string") throw startError(program, child, secrets);
  return child;
}

/** @returns the system's name of an error */
function startNative(program: Program, start: StartState, stdio: Stdio): Child | string {
  let pid: number | undefined;
  let ended: End | undefined;
  let stopped = (): void => undefined;
  let looking: Timer | undefined;
  const exited = Promise.withResolvers<End>();
  const end = (): End | undefined => {
    if (pid !== undefined && !ended) {
      const change = changeOf(pid);
      if (change === STOPPED) stopped();
      else ended = change;
    }
    if (ended) {
      clearInterval(looking);
      process.off("SIGCHLD", end);
      exited.resolve(ended);
    }
    return ended;
  };
  // Before the child starts: if SIGCHLD is ignored, the kernel does not keep how a child ended.
  process.on("SIGCHLD", end);
  const started = spawnProcess(program, start, stdio);
  if (typeof started === "string") return started;
  pid = started;
  looking = setInterval(end, LOOK);
  const onStopped = (listener: () => void): void => {
    stopped = listener;
  };
  const goOn = (): void => {
    if (!ended && !hasGoneOn(started)) process.kill(started, "SIGCONT");
  };
  return { pid, end, onStopped, goOn, exited: exited.promise };
}

/** Where our own functions do not work, or are not known to: the runtime passes on nothing but text and the standard streams. */
function startByRuntime({ path, words, variables }: Program, _: StartState, stdio: Stdio): Child | string {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  try {
    const child = withOriginalCoreLimit(() =>
      Bun.spawn([text(path), ...words.slice(1).map(text)], {
        ...(process.platform !== "win32" && { argv0: text(words[0] ?? path) }),
        env: asRecord(variables),
        stdio: [stdio.stdin as number, stdio.stdout, stdio.stderr],
      }),
    );
    const end = (): End | undefined => {
      const { exitCode, signalCode } = child;
      if (signalCode !== null) {
        return { status: 0, signal: constants.signals[signalCode as NodeJS.Signals] };
      }
      return exitCode === null ? undefined : { status: exitCode, signal: 0 };
    };
    return {
      pid: child.pid,
      end,
      onStopped: () => undefined,
      goOn: () => undefined,
      exited: child.exited.then((status) => end() ?? { status, signal: 0 }),
    };
  } catch (error) {
    return errnoOf(error);
  }
}
