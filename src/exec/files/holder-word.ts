/** The first argument that makes our program hold descriptors open. Not a command for users. */
export const HOLDER_WORD = "__hold-files";

/** The first argument that makes our program remove a directory when its parent ends. Not a command for users. */
export const REMOVER_WORD = "__remove-files";
