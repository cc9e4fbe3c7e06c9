import { VERSION } from "../../common/release.ts";

/** What `version` prints. */
export const VERSION_LINE = `pprotect version ${VERSION}`;
