import { argon2idAddon } from "../../src/crypto/argon2id/argon2id-addon.ts";
import { HARD_COST } from "../../src/crypto/key-derivation.ts";

// One native Argon2id at the cost of a `hard` key, and nothing else: the floor of whatever needs such a key.
const derived = argon2idAddon.derive({
  password: new Uint8Array(64),
  salt: new Uint8Array(16),
  passes: HARD_COST.opslimit,
  memoryKib: HARD_COST.memlimit / 1024,
  length: 32,
});
if (!derived) throw new Error("the native addon does not load here");
