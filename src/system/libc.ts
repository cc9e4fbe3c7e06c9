import type { FFIFunction, Library, Pointer } from "bun:ffi";
import { existsSync, readFileSync } from "node:fs";
import { lazy } from "../common/lazy.ts";

/**
 * Loads functions from the C library that this process uses.
 *
 * The library is always named by its absolute path: if Bun cannot open a bare name, it tries the same name in the
 * current directory, where anyone may have put a library
 * (https://github.com/oven-sh/bun/blob/main/src/bun.js/api/ffi.zig, `DynLib.open`).
 *
 * @throws Error when the C library is not found (Windows), lacks one of the functions, or the runtime has no foreign
 *   function interface (it needs the JIT)
 */
export function openLibc<const Functions extends Record<string, FFIFunction>>(
  functions: Functions,
): Library<Functions>["symbols"] {
  // Loaded on demand: few commands need it.
  const { dlopen } = require("bun:ffi") as typeof import("bun:ffi");
  const path = libcPath();
  if (path === undefined) throw new Error("no C library found");
  return dlopen(path, functions).symbols;
}

/**
 * Whether this process can call the C library: the runtime's foreign function interface needs the JIT, which
 * `BUN_JSC_useJIT=0` turns off, and a system that allows no writable and executable memory. Call it first before the
 * process is hardened.
 */
export const canCallLibc = lazy((): boolean => {
  try {
    openLibc({ getpid: { args: [], returns: "int" } });
    return true;
  } catch {
    return false;
  }
});

/** Why {@link canCallLibc} is false. */
export const NO_LIBC =
  "the runtime cannot call the C library (BUN_JSC_useJIT=0, a memory limit or MemoryDenyWriteExecute= prevents it)";
/** What to do about {@link NO_LIBC}. */
export const LIBC_FIX = "start pprotect without BUN_JSC_useJIT=0, `ulimit -v` and MemoryDenyWriteExecute=";

/**
 * Returns a function that reads errno(3). Create it before the call whose error you want, since loading it may itself
 * change errno; invoke it immediately after that call.
 */
export function errnoReader(): () => number {
  const { read } = require("bun:ffi") as typeof import("bun:ffi");
  const location = Number(errnoLocation()) as Pointer;
  return () => read.i32(location, 0);
}

function errnoLocation(): number | bigint | null {
  if (process.platform === "darwin") return openLibc({ __error: { args: [], returns: "ptr" } }).__error();
  return openLibc({ __errno_location: { args: [], returns: "ptr" } }).__errno_location();
}

/** Looked up before the process is hardened: afterwards only root may read /proc/self/maps. */
const libcPath = lazy((): string | undefined => {
  if (process.platform === "darwin") return "/usr/lib/libSystem.B.dylib";
  if (process.platform !== "linux") return undefined;
  return loadedLibc() ?? STANDARD_PATHS.find((path) => existsSync(path));
});

const MUSL_LOADER = `ld-musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`;
const LIBC_FILES: readonly string[] = ["libc.so.6", MUSL_LOADER];

/** Where distributions install the C library, for systems without /proc. */
const STANDARD_PATHS: readonly string[] = [
  `/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/libc.so.6`,
  "/lib64/libc.so.6",
  "/usr/lib/libc.so.6",
  `/lib/${MUSL_LOADER}`,
];

/** The C library's path in the process's own memory map (proc_pid_maps(5)); musl's is its program loader. */
function loadedLibc(): string | undefined {
  try {
    return mappedPaths(readFileSync("/proc/self/maps", "latin1")).find((path) =>
      LIBC_FILES.includes(path.slice(path.lastIndexOf("/") + 1)),
    );
  } catch {
    return undefined;
  }
}

function mappedPaths(maps: string): string[] {
  return maps.split("\n").flatMap((line) => {
    const start = line.indexOf("/");
    return start === -1 ? [] : [line.slice(start)];
  });
}
