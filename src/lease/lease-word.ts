/** The first argument by which our program becomes a lease's process; no command of the user's. */
export const LEASE_WORD = "__lease";
