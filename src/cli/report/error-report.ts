import { type ErrorCode, PprotectError } from "../../common/errors.ts";
import { nearest } from "../../common/suggest.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { commandAmong } from "../argv/registry.ts";

/** Exit statuses other than 1. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  store_missing: 2,
  store_exists: 2,
  interrupted: 130,
  command_not_executable: 126,
  command_not_found: 127,
};

/** The exit status that an error means. */
export function exitStatus(error: unknown): number {
  return (error instanceof PprotectError ? STATUSES[error.code] : undefined) ?? 1;
}

/** An error as one line for the user, with what to do next; never a stack trace. */
export function explain(error: unknown): string {
  const { message, fix } = asPprotectError(error);
  return `pprotect: ${message}${fix === undefined ? "" : ` (${fix})`}\n`;
}

/** Whatever was thrown, as an error that may be shown: printable, and without a secret. */
export function asPprotectError(error: unknown): PprotectError {
  if (error instanceof PprotectError) {
    return new PprotectError(
      error.code,
      escapeUnprintable(error.message),
      error.fix && escapeUnprintable(error.fix),
    );
  }
  if (isParserError(error))
    return new PprotectError("usage", escapeUnprintable(error.message.replaceAll("\n", " ")));
  // A defect of ours: its message may hold anything, so only its kind is shown.
  const kind = error instanceof Error ? error.name : typeof error;
  return new PprotectError(
    "internal_error",
    `internal error: ${escapeUnprintable(kind)}`,
    "please report it",
  );
}

/** What the parser found wrong with the line, in our words. */
export function parseError(
  error: unknown,
  args: readonly string[],
  commandNames: readonly string[],
): unknown {
  if (!isParserError(error)) return error;
  const known = commandAmong(args);
  if (known === undefined) return unknownCommand(args, commandNames);
  const [, reason = ""] =
    /^Unknown Syntax Error: ([^\n]*)/.exec(`Unknown Syntax Error: ${error.message}`) ?? [];
  return new PprotectError(
    "usage",
    `${known}: ${reasonOf(known, reason.trim(), args)}`,
    `\`pprotect ${known} --help\` explains it`,
  );
}

/** Told by the mark that they carry, so that what prints an error need not load the parser. */
function isParserError(error: unknown): error is Error {
  return error instanceof Error && "clipanion" in error;
}

function unknownCommand(args: readonly string[], commandNames: readonly string[]): PprotectError {
  const [first, second] = args.filter((arg) => !arg.startsWith("-"));
  const isGroup = commandNames.some((name) => name.startsWith(`${first} `));
  const word = isGroup && second !== undefined ? `${first} ${second}` : first;
  if (word === undefined) {
    const given = args[0] === undefined ? "" : `, only "${displayName(args[0])}"`;
    return new PprotectError("usage", `no command given${given}`, "`pprotect --help` lists the commands");
  }
  const near = nearest(word, commandNames);
  return new PprotectError(
    "usage",
    `unknown command "${displayName(word)}"`,
    near === undefined ? "`pprotect --help` lists the commands" : `did you mean \`pprotect ${near}\`?`,
  );
}

function reasonOf(known: string, reason: string, args: readonly string[]): string {
  if (known === "exec" && !args.includes("--")) return "the program to run goes after --";
  // What follows is a list of command lines, for another kind of parser's users.
  return /^Command not found/.test(reason) ? "the arguments do not fit" : lowerFirst(reason);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}
