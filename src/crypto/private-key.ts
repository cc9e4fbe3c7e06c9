import { randomBytes, wipe } from "./bytes.ts";
import { type PrivateKey, type X25519, X25519_KEY_BYTES } from "./x25519.ts";
import { x25519Native } from "./x25519-native.ts";

export type { PrivateKey } from "./x25519.ts";

/** The native implementation where the runtime's library has the curve (some FIPS builds do not). */
function chooseImplementation(): X25519 {
  try {
    x25519Native.importKey(new Uint8Array(X25519_KEY_BYTES).fill(1));
    return x25519Native;
  } catch {
    // Loaded only where needed: building its tables costs more than starting a command.
    return (require("./x25519-noble.ts") as typeof import("./x25519-noble.ts")).x25519Noble;
  }
}

let implementation: X25519 | undefined;

/** @param bytes 32 raw bytes; they are copied, so the caller wipes its own */
export function importPrivateKey(bytes: Uint8Array): PrivateKey {
  implementation ??= chooseImplementation();
  return implementation.importKey(bytes);
}

/** A new private key from the system's random source. */
export function generatePrivateKey(): PrivateKey {
  const bytes = randomBytes(X25519_KEY_BYTES);
  const key = importPrivateKey(bytes);
  wipe(bytes);
  return key;
}
