import { version } from "../../../package.json" with { type: "json" };

/** This program's version. */
export const VERSION: string = version;

/** What `version` prints. */
export const VERSION_LINE = `pprotect version ${VERSION}`;
