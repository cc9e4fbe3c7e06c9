import { argon2id } from "@noble/hashes/argon2.js";
import type { Argon2idEngine } from "./argon2id-engine.ts";

/** Argon2id in JavaScript: audited, runs everywhere, about twenty times slower than the addon. */
export const argon2idNoble: Argon2idEngine = {
  name: "javascript",
  derive({ password, salt, passes, memoryKib, length }) {
    return argon2id(password, salt, { t: passes, m: memoryKib, p: 1, dkLen: length });
  },
};
