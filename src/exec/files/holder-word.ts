/** The first argument by which our program becomes a {@link holdFiles} process; no command of the user's. */
export const HOLDER_WORD = "__hold-files";
