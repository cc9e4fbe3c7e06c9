import { argon2id } from "@noble/hashes/argon2.js";
import type { Argon2id } from "./argon2id.ts";

/** Argon2id in JavaScript: audited and runs everywhere, some twenty times slower than the addon. */
export const argon2idNoble: Argon2id = {
  name: "javascript",
  derive({ password, salt, passes, memoryKib, length }) {
    return argon2id(password, salt, { t: passes, m: memoryKib, p: 1, dkLen: length });
  },
};
