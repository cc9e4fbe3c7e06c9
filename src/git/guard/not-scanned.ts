/** The rule of the warnings about what could not be scanned. */
export const NOT_SCANNED = "not-scanned";
