/**
 * Whether this is Bun. The command line always runs in Bun; the library also runs in Node. What only Bun has is used in
 * few modules, each of which has a form for Node.
 */
export const isBun = typeof Bun !== "undefined";
