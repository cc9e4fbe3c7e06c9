import { lazy } from "../../common/lazy.ts";
import { isTerminal } from "../../system/terminal.ts";
import type { InputPrompter } from "./input-prompter.ts";
import { LinePrompter } from "./line-prompter.ts";

/** Loaded on demand: the line editor of the runtime takes longer to load than most commands, and scripts have no terminal. */
const terminals = lazy(() => require("./terminal-prompter.ts") as typeof import("./terminal-prompter.ts"));

/** Asks at the terminal; without one, each question takes a line of standard input. */
export function openPrompter(): InputPrompter {
  return isTerminal(0) ? terminals().standardPrompter() : new LinePrompter();
}

/**
 * Asks at the terminal, for commands whose standard input is data.
 * @returns `undefined` without a terminal
 */
export function openTerminalPrompter(): InputPrompter | undefined {
  return isTerminal(0) ? terminals().standardPrompter() : terminals().controllingPrompter();
}
