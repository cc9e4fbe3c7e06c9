import type { FFIFunction, Library, Pointer } from "bun:ffi";

/**
 * Functions of the C library, which is loaded already; only its name differs between systems.
 *
 * @throws when there is no C library to be found (Windows) or it lacks one of the functions
 */
export function openLibc<const Functions extends Record<string, FFIFunction>>(
  functions: Functions,
): Library<Functions>["symbols"] {
  // Loaded only here: few commands need it.
  const { dlopen } = require("bun:ffi") as typeof import("bun:ffi");
  let failure: unknown = new Error("no C library on this platform");
  for (const name of NAMES[process.platform] ?? []) {
    try {
      return dlopen(name, functions).symbols;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
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

const MUSL_ARCHITECTURE = process.arch === "arm64" ? "aarch64" : "x86_64";

const NAMES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libc.so.6", `libc.musl-${MUSL_ARCHITECTURE}.so.1`],
  darwin: ["libSystem.B.dylib"],
};
