import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";

/** Every kind of problem, as stable words for programs: rules, tests and `--json` read these, never a message. */
export const PROBLEM_CODES = [
  "not_utf8",
  "binary",
  "empty",
  "not_yaml",
  "multiple_documents",
  "nested_too_deep",
  /** An alias, anchor, tag, merge key, or carriage return as a line end. */
  "yaml_feature",
  /** A list, mapping or text where the format has another of them. */
  "wrong_type",
  "duplicate_key",
  "missing_key",
  "unknown_key",
  "reserved_name",
  "invalid_name",
  /** A secret's value that is not a sealed one, such as plaintext. */
  "secret_not_sealed",
  /** An owner's entry that is not a sealed domain key. */
  "owner_key_not_sealed",
  "invalid_public_key",
  "invalid_key_material",
  /** An owner that is not a key custodian of the store. */
  "unknown_owner",
  /** Two domains with one public key. */
  "shared_key",
  /** A key that is not the accepted one, and that nothing proves. */
  "untrusted_key",
  /** Conflict markers. */
  "unresolved_merge",
  /** Sealed to another key, or damaged; only a check with credentials finds it. */
  "cannot_open",
  /** Not what the project's configuration asks of a value; only a check with credentials finds it. */
  "invalid_value",
] as const;

/** The code of a {@link Problem}. */
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Something wrong in a store, at a place in its text. */
export interface Problem {
  readonly code: ProblemCode;
  /** 1-based line; 0 for a problem of the whole file. */
  readonly line: number;
  /** One line, without file and line; never contains a sealed or plain value. */
  readonly message: string;
}

/** A problem with its place, in the form of a compiler: `FILE:LINE: message`. */
export function formatProblem(file: string, { line, message }: Problem): string {
  return escapeUnprintable(line === 0 ? `${file}: ${message}` : `${file}:${line}: ${message}`);
}

/** A text that is not a valid store, with every problem in it, in the order of lines. */
export class InvalidStoreError extends PprotectError {
  /** The file's name, as it was given. */
  readonly file: string;
  /** All that is wrong with the file, in its order. */
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[], fix?: string) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super(
      "invalid_store",
      `${first ? formatProblem(file, first) : `${file}: not a store`}${more}`,
      fix ?? fixOf(problems),
    );
    this.name = "InvalidStoreError";
    this.file = file;
    this.problems = problems;
  }
}

function fixOf(problems: readonly Problem[]): string | undefined {
  if (problems.length > 1) return "`pprotect check` lists all problems";
  if (problems[0]?.code !== "empty") return undefined;
  return "restore it, for example with `git checkout`, or run `pprotect init` to create a new store";
}

/** A store with conflict markers. */
export class UnresolvedMergeError extends PprotectError {
  /** The line of the first conflict marker, from 1. */
  readonly line: number;

  constructor(file: string, line: number) {
    super("unresolved_merge", `${file}:${line}: unresolved merge: run \`pprotect git resolve\``);
    this.name = "UnresolvedMergeError";
    this.line = line;
  }
}
