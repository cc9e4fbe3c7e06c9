import bash from "./scripts/pprotect.bash" with { type: "text" };
import fish from "./scripts/pprotect.fish" with { type: "text" };
import zsh from "./scripts/pprotect.zsh" with { type: "text" };

/** The shells that completion supports. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What each shell reads to complete our command lines: it only asks the program, which knows all of it. */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = { bash, zsh, fish };
