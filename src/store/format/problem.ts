import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";

/** Something wrong in a store, at a place in its text. */
export interface Problem {
  /** 1-based line; 0 for what concerns the file as a whole. */
  readonly line: number;
  /** One line, without the place; never a sealed or plain value. */
  readonly message: string;
}

/** A problem with its place, as compilers write it: `FILE:LINE: message`. */
export function formatProblem(file: string, { line, message }: Problem): string {
  return escapeUnprintable(line === 0 ? `${file}: ${message}` : `${file}:${line}: ${message}`);
}

/** A text that is no store, with all that is wrong in it, in the order of its lines. */
export class InvalidStoreError extends PprotectError {
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[], fix?: string) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super(
      "invalid_store",
      `${first ? formatProblem(file, first) : `${file}: not a store`}${more}`,
      fix ?? (problems.length > 1 ? "`pprotect check` lists all problems" : undefined),
    );
    this.name = "InvalidStoreError";
    this.file = file;
    this.problems = problems;
  }
}

/** A store in which git left conflict markers. */
export class UnresolvedMergeError extends PprotectError {
  readonly line: number;

  constructor(file: string, line: number) {
    super("unresolved_merge", `${file}:${line}: unresolved merge: run \`pprotect git resolve\``);
    this.name = "UnresolvedMergeError";
    this.line = line;
  }
}
