/**
 * The arguments with `_` read as `-` in command names and option names, as the Python program has it. What
 * follows `--`, and values, stay as they are.
 */
export function normalizeArguments(args: readonly string[], commandNames: readonly string[]): string[] {
  const words = new Set(commandNames.flatMap((name) => name.split(" ")));
  const end = args.indexOf("--");
  const normalized = args.map((arg, index) => {
    if (end !== -1 && index >= end) return arg;
    if (/^--[a-z]+(?:_[a-z]+)+(?:=|$)/.test(arg)) {
      const [name = "", ...value] = arg.split("=");
      return [name.replaceAll("_", "-"), ...value].join("=");
    }
    const dashed = arg.replaceAll("_", "-");
    return words.has(dashed) ? dashed : arg;
  });
  return end === -1
    ? joinOptionalLengths(normalized)
    : [...joinOptionalLengths(normalized.slice(0, end)), ...normalized.slice(end)];
}

/** `--generate 48` as `--generate=48`: the parser knows a value that may be left out only in that form. */
function joinOptionalLengths(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const previous = joined.at(-1);
    if (previous === "--generate" && /^\d+$/.test(arg)) joined[joined.length - 1] = `--generate=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** Whether help is asked for, before any `--`. */
export function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}
