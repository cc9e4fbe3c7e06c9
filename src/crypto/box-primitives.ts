// The primitives of a sealed box, in a module of their own: it is loaded with the first box.
export { blake2bOfBlock } from "./secretbox/blake2b.ts";
export { hsalsa20 } from "./secretbox/salsa20.ts";
export { openSecretbox, sealSecretbox } from "./secretbox/secretbox.ts";
