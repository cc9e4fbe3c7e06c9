import { createTwoFilesPatch } from "diff";
import { escapeUnprintable, escapeUnprintableLines } from "../../common/terminal-safe.ts";

const RED = "\x1b[31m";
const GREEN = "\x1b[32m";
const RESET = "\x1b[0m";

/** A unified diff of a store's text before and after; it shows only what is in the file. */
export function storeDiff(file: string, before: string, after: string, color: boolean): string {
  const name = escapeUnprintable(file);
  const patch = escapeUnprintableLines(createTwoFilesPatch(`${name}.old`, `${name}.new`, before, after))
    .split("\n")
    .slice(1);
  return (color ? patch.map(colored) : patch).join("\n");
}

function colored(line: string): string {
  if (line.startsWith("+")) return GREEN + line + RESET;
  return line.startsWith("-") ? RED + line + RESET : line;
}
