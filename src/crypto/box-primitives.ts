// The parts of a sealed box in one module of their own: loaded at the first box, and of noble only what a box needs.
export { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
export { blake2b } from "@noble/hashes/blake2.js";
