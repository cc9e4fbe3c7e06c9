import * as nodeCrypto from "node:crypto";
import { takeBytes } from "../bytes.ts";
import type { Argon2idEngine } from "./argon2id-engine.ts";

interface RuntimeArgon2Options {
  message: Uint8Array;
  nonce: Uint8Array;
  parallelism: number;
  tagLength: number;
  memory: number;
  passes: number;
}

/** `crypto.argon2Sync`, in Bun and Node 24 or newer; the types do not have it yet. */
const { argon2Sync } = nodeCrypto as {
  argon2Sync?: (algorithm: "argon2id", options: RuntimeArgon2Options) => Uint8Array;
};

/** Argon2id from the runtime's crypto library: native, needs no file, about half as fast as the addon. */
export const argon2idRuntime: Argon2idEngine = {
  name: "runtime",
  derive({ password, salt, passes, memoryKib, length }) {
    if (!argon2Sync) return undefined;
    const derived = argon2Sync("argon2id", {
      message: password,
      nonce: salt,
      parallelism: 1,
      tagLength: length,
      memory: memoryKib,
      passes,
    });
    return takeBytes(derived);
  },
};
