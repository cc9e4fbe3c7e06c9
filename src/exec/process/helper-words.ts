/** The first argument that makes our program hold descriptors open. Not a command for users. */
export const HOLDER_WORD = "__hold-files";

/** The first argument that makes our program remove a directory when its parent ends. Not a command for users. */
export const REMOVER_WORD = "__remove-files";

/** The first argument that makes our program watch its parent, to end a program with it and in time. Not a command for users. */
export const WATCHER_WORD = "__watch-parent";

/** The first argument that makes our program end a program. Not a command for users. */
export const ENDER_WORD = "__end-program";
