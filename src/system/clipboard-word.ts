/** The first argument by which our program becomes the process that clears the clipboard; no command of the user's. */
export const CLIPBOARD_WORD = "__clear-clipboard";
