/** The variable by which a program is given a lease of its own: the token of the lease. No program inherits it from `exec`. */
export const LEASE_VARIABLE = "PPROTECT_LEASE";
