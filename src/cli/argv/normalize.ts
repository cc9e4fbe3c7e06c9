/** Options whose value is the next word, which is therefore no command. */
export const VALUE_OPTIONS: ReadonlySet<string> = new Set([
  "--file",
  "-u",
  "--user",
  "--passphrase-file",
  "--new-passphrase-file",
  "--env-prefix",
  "--key-type",
  "--domain",
  "--manifest",
  "--as-file",
  "--out",
  "--only",
  "--except",
  "--keep",
  "--secret",
  "--value-file",
  "--output-format",
  "--prefix",
  "--take",
]);

/** Options whose value may be left out; given, it stands after `=` or is a number in the next word. */
export const OPTIONAL_VALUE_OPTIONS: ReadonlySet<string> = new Set(["--generate"]);

/**
 * The arguments with `_` read as `-` in the command's words and in option names, as the Python program has it.
 * What follows `--`, names and values stay as they are.
 */
export function normalizeArguments(args: readonly string[], commandNames: readonly string[]): string[] {
  if (args[0] === "--version") return normalizeArguments(["version", ...args.slice(1)], commandNames);
  const end = args.indexOf("--");
  const before = (end === -1 ? args : args.slice(0, end)).map(dashedOption);
  const [start, length] = findCommand(before, commandNames);
  const normalized = before.map((arg, index) =>
    index >= start && index < start + length ? dashed(arg) : arg,
  );
  return [...joinOptionalLengths(normalized), ...(end === -1 ? [] : args.slice(end))];
}

/** Where the words of the command stand, and how many they are; none when no command is named. */
function findCommand(
  args: readonly string[],
  commandNames: readonly string[],
): [start: number, length: number] {
  const names = commandNames.map((name) => name.split(" "));
  const start = args.findIndex(
    (arg, index) =>
      !VALUE_OPTIONS.has(args[index - 1] ?? "") && names.some(([first]) => first === dashed(arg)),
  );
  const matching = names.filter((words) =>
    words.every((word, index) => word === dashed(args[start + index] ?? "")),
  );
  return start === -1 ? [0, 0] : [start, Math.max(1, ...matching.map(({ length }) => length))];
}

function dashed(word: string): string {
  return word.replaceAll("_", "-");
}

function dashedOption(arg: string): string {
  if (!/^--[a-z]+(?:_[a-z]+)+(?:=|$)/.test(arg)) return arg;
  const [name = "", ...value] = arg.split("=");
  return [dashed(name), ...value].join("=");
}

/** `--generate 48` as `--generate=48`: the parser knows a value that may be left out only in that form. */
function joinOptionalLengths(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const previous = joined.at(-1);
    if (previous !== undefined && OPTIONAL_VALUE_OPTIONS.has(previous) && /^\d+$/.test(arg)) {
      joined[joined.length - 1] = `${previous}=${arg}`;
    } else joined.push(arg);
  }
  return joined;
}

/** Whether help is asked for. */
export function wantsHelp(args: readonly string[]): boolean {
  return ownArguments(args).some((arg) => arg === "--help" || arg === "-h");
}

/** Whether the answer is to be JSON; asked also where the line as a whole could not be read. */
export function wantsJson(args: readonly string[]): boolean {
  return ownArguments(args).includes("--json");
}

/** Whether a program asks with `--json` alone what there is; that it wants no questions changes nothing. */
export function asksForDescription(args: readonly string[]): boolean {
  return wantsJson(args) && args.every((arg) => arg === "--json" || arg === "--non-interactive");
}

/** What stands before any `--`: the rest belongs to another program. */
function ownArguments(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end === -1 ? args : args.slice(0, end);
}
