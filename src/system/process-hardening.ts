import { PprotectError } from "../common/errors.ts";
import { reportFallback } from "../common/fallback.ts";
import { lazy } from "../common/lazy.ts";
import { canCallLibc, NO_LIBC, openLibc } from "./libc.ts";

/** getrlimit(2): the same number on Linux and macOS. */
const RLIMIT_CORE = 4;
/** prctl(2). */
const PR_SET_DUMPABLE = 4;

const limits = lazy(() =>
  openLibc({
    getrlimit: { args: ["int", "ptr"], returns: "int" },
    setrlimit: { args: ["int", "ptr"], returns: "int" },
  }),
);

/** The original `struct rlimit`: the soft and the hard limit of core dumps. */
let originalLimit: BigUint64Array | undefined;
let hardened = false;

/** Gets what could not be done. */
let report: ((problem: string) => void) | undefined;

/**
 * Sets what gets a line, once, where {@link hardenProcess} cannot protect the memory. It is a fallback in any case, which
 * `--verbose` prints.
 */
export function onUnprotected(listener: ((problem: string) => void) | undefined): void {
  report = listener;
}

/**
 * Protects the process's memory: no core dumps, and on Linux no other process of the same user can trace it or read its
 * memory or environment. Call it before a passphrase or a value is read or a key derived; a second call does nothing.
 *
 * @throws PprotectError `environment` when the runtime was started with an option that writes its memory to a file
 */
export function hardenProcess(): void {
  if (hardened) return;
  refuseHeapProfile();
  hardened = true;
  if (process.platform === "win32") return;
  try {
    // The limit does not apply to core dumps that are piped to a program (core(5)), so make the process undumpable.
    if (process.platform === "linux") forbidDumps();
    lowerCoreLimit();
  } catch (error) {
    // Some sandboxes forbid it. Report that, but do not refuse to work.
    const failure = error instanceof Error ? error.message : "unknown error";
    const problem = `cannot turn off core dumps: ${canCallLibc() ? failure : NO_LIBC}`;
    reportFallback(problem);
    report?.(problem);
  }
}

/**
 * Starts a program with the core limit that this process was started with. PR_SET_DUMPABLE is reset by execve(2), so
 * only the limit needs restoring.
 */
export function withOriginalCoreLimit<Started>(start: () => Started): Started {
  const original = originalLimit;
  if (!original) return start();
  limits().setrlimit(RLIMIT_CORE, original);
  try {
    return start();
  } finally {
    limits().setrlimit(RLIMIT_CORE, lowered(original));
  }
}

function forbidDumps(): void {
  const { prctl } = openLibc({ prctl: { args: ["int", "u64", "u64", "u64", "u64"], returns: "int" } });
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) !== 0) throw new Error("prctl failed");
}

/** Only the soft limit: without privileges, a hard limit can never be raised again. */
function lowerCoreLimit(): void {
  const limit = new BigUint64Array(2);
  if (limits().getrlimit(RLIMIT_CORE, limit) !== 0) throw new Error("getrlimit failed");
  if (limits().setrlimit(RLIMIT_CORE, lowered(limit)) !== 0) throw new Error("setrlimit failed");
  originalLimit = limit;
}

function lowered([, hard = 0n]: BigUint64Array): BigUint64Array {
  return new BigUint64Array([0n, hard]);
}

/** `BUN_OPTIONS=--heap-prof` writes the strings in memory, passphrases included, to a file when the process ends. */
function refuseHeapProfile(): void {
  const option = process.execArgv.find((argument) => argument.startsWith("--heap-prof"));
  if (option === undefined) return;
  throw new PprotectError(
    "environment",
    "BUN_OPTIONS contains --heap-prof, which writes secrets in memory to a file",
    "unset it: `env -u BUN_OPTIONS pprotect …`",
  );
}
