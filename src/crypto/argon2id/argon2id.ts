import { PprotectError } from "../../common/errors.ts";
import type { Argon2idEngine, Argon2idParameters } from "./argon2id-engine.ts";

/** Fastest first. Each is loaded on demand: most commands derive no key. */
const implementations: readonly (() => Argon2idEngine)[] = [
  () => (require("./argon2id-addon.ts") as typeof import("./argon2id-addon.ts")).argon2idAddon,
  () => (require("./argon2id-runtime.ts") as typeof import("./argon2id-runtime.ts")).argon2idRuntime,
  () => (require("./argon2id-noble.ts") as typeof import("./argon2id-noble.ts")).argon2idNoble,
];

/**
 * Argon2id (RFC 9106, version 0x13), by the fastest implementation that works on this machine.
 *
 * @returns `length` raw bytes
 * @throws PprotectError `environment` when there is not enough memory
 * @throws Error when none works
 */
export function argon2id(parameters: Argon2idParameters): Uint8Array {
  for (const load of implementations) {
    const derived = derive(load(), parameters);
    if (derived) return derived;
  }
  throw new Error("no Argon2id implementation works on this machine");
}

/** The parameters were checked before, so a failure is a lack of memory; the other implementations need as much. */
function derive(engine: Argon2idEngine, parameters: Argon2idParameters): Uint8Array | undefined {
  try {
    return engine.derive(parameters);
  } catch (error) {
    throw new PprotectError(
      "environment",
      `not enough memory to derive the key: it needs ${Math.ceil(parameters.memoryKib / 1024)} MiB`,
      "raise the limit of memory (`ulimit -v`, or that of the container or service)",
      { cause: error },
    );
  }
}
