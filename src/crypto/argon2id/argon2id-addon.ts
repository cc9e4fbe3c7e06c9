import { takeBytes } from "../bytes.ts";
import { loadAddon } from "../native-addon.ts";
import { addonFile } from "./addon-file.ts";
import type { Argon2idEngine } from "./argon2id-engine.ts";

/** The part of `@node-rs/argon2`'s binding that we use. */
interface Argon2Binding {
  hashRawSync(
    password: Uint8Array,
    options: {
      algorithm: number;
      salt: Uint8Array;
      timeCost: number;
      memoryCost: number;
      parallelism: number;
      outputLen: number;
    },
  ): Uint8Array;
}

/** The binding's number for Argon2id. */
const ARGON2ID = 2;

/** Argon2id from the native addon `@node-rs/argon2` (RustCrypto): the fastest implementation. */
export const argon2idAddon: Argon2idEngine = {
  name: "addon",
  derive({ password, salt, passes, memoryKib, length }) {
    const binding = loadBinding();
    if (!binding) return undefined;
    const derived = binding.hashRawSync(password, {
      algorithm: ARGON2ID,
      salt,
      timeCost: passes,
      memoryCost: memoryKib,
      parallelism: 1,
      outputLen: length,
    });
    return takeBytes(derived);
  },
};

let loaded: { readonly binding: Argon2Binding | undefined } | undefined;

/** Tried once per process: a command may derive several keys. */
function loadBinding(): Argon2Binding | undefined {
  if (!loaded) {
    const file = addonFile();
    loaded = { binding: file === undefined ? undefined : loadAddon<Argon2Binding>(file, "Argon2id") };
  }
  return loaded.binding;
}
