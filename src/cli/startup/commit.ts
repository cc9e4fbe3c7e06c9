/** The commit that the binary was built from, with a note of local changes; the build replaces this module. */
export const COMMIT: string | undefined = undefined;
