// The curve in JavaScript, in a module of its own: it takes longer to load than a signature takes where libsodium makes it.
export { ed25519 } from "@noble/curves/ed25519.js";
