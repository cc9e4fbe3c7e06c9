/** The first argument by which our program becomes the process that asks the keyring; no command of the user's. */
export const KEYRING_WORD = "__keyring";
