import { PprotectError } from "../common/errors.ts";
import { reportFallback } from "../common/fallback.ts";
import { lazy } from "../common/lazy.ts";
import { openLibc } from "./libc.ts";

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

/** struct rlimit as it was before: the soft and the hard limit of core dumps. */
let formerLimit: BigUint64Array | undefined;
let hardened = false;

/**
 * Closes the process's memory before the first secret comes into it: no core dump, and on Linux no other process of
 * the same user that traces it or reads its memory or environment. To be called before a passphrase or a value is
 * read or a key derived; the second call does nothing.
 *
 * @throws PprotectError `environment` when the runtime was told to write its memory to a file
 */
export function hardenProcess(): void {
  if (hardened) return;
  refuseHeapProfile();
  hardened = true;
  if (process.platform === "win32") return;
  try {
    // First what holds whatever the limit is: a dump that goes to a program knows no limit (core(5)).
    if (process.platform === "linux") forbidDumps();
    lowerCoreLimit();
  } catch (error) {
    // Some sandboxes forbid it: a reason to say so, none to leave a deployment without its secrets.
    reportFallback(
      `core dumps cannot be turned off (${error instanceof Error ? error.message : "unknown error"})`,
    );
  }
}

/**
 * Starts a program under the limit that we were started with, which it inherits. What else was changed ends at its
 * execve(2).
 */
export function withFormerCoreLimit<Started>(start: () => Started): Started {
  const former = formerLimit;
  if (!former) return start();
  limits().setrlimit(RLIMIT_CORE, former);
  try {
    return start();
  } finally {
    limits().setrlimit(RLIMIT_CORE, lowered(former));
  }
}

function forbidDumps(): void {
  const { prctl } = openLibc({ prctl: { args: ["int", "u64", "u64", "u64", "u64"], returns: "int" } });
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) !== 0) throw new Error("prctl failed");
}

/** The hard limit stays: what is lowered there, nobody can raise again. */
function lowerCoreLimit(): void {
  const limit = new BigUint64Array(2);
  if (limits().getrlimit(RLIMIT_CORE, limit) !== 0) throw new Error("getrlimit failed");
  if (limits().setrlimit(RLIMIT_CORE, lowered(limit)) !== 0) throw new Error("setrlimit failed");
  formerLimit = limit;
}

function lowered([, hard = 0n]: BigUint64Array): BigUint64Array {
  return new BigUint64Array([0n, hard]);
}

/** `BUN_OPTIONS=--heap-prof` writes the strings of the process, a passphrase among them, to a file at its end. */
function refuseHeapProfile(): void {
  const option = process.execArgv.find((argument) => argument.startsWith("--heap-prof"));
  if (option === undefined) return;
  throw new PprotectError(
    "environment",
    "BUN_OPTIONS has --heap-prof, with which the runtime would write secrets to a file",
    "run it without: `env -u BUN_OPTIONS pprotect …`",
  );
}
