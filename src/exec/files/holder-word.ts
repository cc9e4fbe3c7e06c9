/** The first argument that makes our program a {@link holdFiles} process. Not a command for users. */
export const HOLDER_WORD = "__hold-files";
