import type { FFIFunction, Library, Pointer } from "bun:ffi";
import { existsSync, readFileSync } from "node:fs";
import { lazy } from "../common/lazy.ts";

/**
 * Opens functions of the C library that the process runs on.
 *
 * The library is named by its absolute path only: given a bare name that it cannot open, Bun tries the same name in
 * the current directory, where anybody may have put a library
 * (https://github.com/oven-sh/bun/blob/main/src/bun.js/api/ffi.zig, `DynLib.open`).
 *
 * @throws Error when the C library cannot be found (Windows), lacks one of the functions, or where the runtime has
 *   no foreign function interface (it needs the JIT)
 */
export function openLibc<const Functions extends Record<string, FFIFunction>>(
  functions: Functions,
): Library<Functions>["symbols"] {
  // Loaded only here: few commands need it.
  const { dlopen } = require("bun:ffi") as typeof import("bun:ffi");
  const path = libcPath();
  if (path === undefined) throw new Error("no C library found");
  return dlopen(path, functions).symbols;
}

/** @returns what tells errno(3) as the call before left it: to be made before that call, and asked right after it */
export function errnoReader(): () => number {
  const { read } = require("bun:ffi") as typeof import("bun:ffi");
  const location = Number(errnoLocation()) as Pointer;
  return () => read.i32(location, 0);
}

function errnoLocation(): number | bigint | null {
  if (process.platform === "darwin") return openLibc({ __error: { args: [], returns: "ptr" } }).__error();
  return openLibc({ __errno_location: { args: [], returns: "ptr" } }).__errno_location();
}

/** Found before the process is hardened: after that, others than root may not read /proc/self/maps. */
const libcPath = lazy((): string | undefined => {
  if (process.platform === "darwin") return "/usr/lib/libSystem.B.dylib";
  if (process.platform !== "linux") return undefined;
  return loadedLibc() ?? STANDARD_PATHS.find((path) => existsSync(path));
});

const MUSL_LOADER = `ld-musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`;
const LIBC_FILES: readonly string[] = ["libc.so.6", MUSL_LOADER];

/** Where distributions keep the C library, for systems without /proc. */
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
