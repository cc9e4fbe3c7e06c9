import { terminalColumns } from "../../../system/terminal.ts";

export const DEFAULT_WIDTH = 80;
/** Below this, wrapping makes text harder to read than the terminal's own. */
const MIN_WIDTH = 40;
const MAX_WIDTH = 1000;

/** How many columns help may take: `COLUMNS`, else the terminal's at standard output, else 80. */
export function helpWidth(): number {
  return validWidth(process.env.COLUMNS) ?? validWidth(terminalColumns(1)) ?? DEFAULT_WIDTH;
}

function validWidth(given: string | number | undefined): number | undefined {
  const text = String(given);
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > MAX_WIDTH) return undefined;
  return Math.max(MIN_WIDTH, Number(text));
}
