import type { OptionDeclaration } from "./declaration.ts";
import { dashed, type LineWord } from "./line.ts";

/**
 * The words of a line as the parser takes them: the command's words and the names of options with `-` for `_`, as the
 * Python program has it, and a value that may be left out joined to its option. Names and values stay as they are.
 *
 * @param read what each of `words` is
 * @param command the command's words, with which the arguments begin
 */
export function normalizeLine(
  words: readonly string[],
  read: readonly LineWord[],
  command: string,
): string[] {
  let commandWords = command.split(" ").length;
  const normalized: string[] = [];
  read.forEach((each, index) => {
    const word = words[index] ?? "";
    if (each.kind === "option") normalized.push(each.name + word.slice(each.name.length));
    else if (each.kind === "value" && (each.option.value === "optional" || looksNegated(each.option))) {
      normalized.push(`${normalized.pop()}=${each.text}`);
    } else if (each.kind === "argument" && !each.afterEnd && commandWords-- > 0)
      normalized.push(dashed(word));
    else normalized.push(word);
  });
  return normalized;
}

/** Clipanion takes `--no-redact NAME` for `--redact` negated and an argument, unless the two are joined. */
function looksNegated({ names }: OptionDeclaration): boolean {
  return names.some((name) => name.startsWith("--no-"));
}

/** Whether help is asked for, whatever else is on the line. */
export function wantsHelp(args: readonly string[]): boolean {
  return ownArguments(args).some((arg) => arg === "--help" || arg === "-h");
}

/** Whether the answer is to be JSON; asked also where the line as a whole could not be read. */
export function wantsJson(args: readonly string[]): boolean {
  return ownArguments(args).includes("--json");
}

/** Whether a program asks with `--json` alone what commands there are; `--non-interactive` changes nothing. */
export function asksForDescription(args: readonly string[]): boolean {
  return wantsJson(args) && args.every((arg) => /^--(?:json|non[-_]interactive)$/.test(arg));
}

const VERSION_OPTIONS: readonly string[] = ["-V", "--version"];

/** `--version` and `-V` without a command, as the command of that name. */
export function withVersionCommand(args: readonly string[]): readonly string[] {
  const place = args.findIndex((arg) => VERSION_OPTIONS.includes(arg));
  const alone = args.every((arg) => arg.startsWith("-") && arg !== "--");
  return place !== -1 && alone ? args.with(place, "version") : args;
}

/** Whether a line, with {@link withVersionCommand}, is `version` without options. */
export function isVersionAlone(args: readonly string[]): boolean {
  return args.length === 1 && args[0] === "version";
}

/** The words before any `--`: the rest belongs to another program. */
export function ownArguments(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end === -1 ? args : args.slice(0, end);
}
