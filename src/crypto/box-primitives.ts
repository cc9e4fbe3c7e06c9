// The primitives of a sealed box, in a module of their own: it is loaded with the first box.
export { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
export { blake2b } from "@noble/hashes/blake2.js";
