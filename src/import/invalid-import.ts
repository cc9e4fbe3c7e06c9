import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";

/** What is wrong with one line of a file. */
export interface LineProblem {
  /** From 1, or `undefined` when it concerns the file as a whole. */
  readonly line: number | undefined;
  /** Names may be in it, values never. */
  readonly message: string;
}

/** A file that cannot be imported, with everything that is wrong with it. */
export class InvalidImportError extends PprotectError {
  /** In the order of the file; never empty. */
  readonly problems: readonly LineProblem[];

  /** @param file its name, for the message: `FILE:LINE: what is wrong` */
  constructor(file: string, problems: readonly LineProblem[], fix?: string) {
    super("invalid_import", summary(file, problems), fix);
    this.name = "InvalidImportError";
    this.problems = problems;
  }
}

const MAX_LINES_NAMED = 5;

function summary(file: string, [first, ...more]: readonly LineProblem[]): string {
  const line = first?.line === undefined ? "" : `:${first.line}`;
  const message = `${escapeUnprintable(file)}${line}: ${first?.message ?? "cannot be read"}`;
  if (more.length === 0) return message;
  const lines = more.flatMap((problem) => problem.line ?? []);
  const named = lines.slice(0, MAX_LINES_NAMED).join(", ") + (lines.length > MAX_LINES_NAMED ? ", …" : "");
  return `${message} (and ${more.length} more: ${named === "" ? "see the list" : `${lines.length === 1 ? "line" : "lines"} ${named}`})`;
}

/** One thing that is wrong. */
export function invalidImport(
  file: string,
  line: number | undefined,
  message: string,
  fix?: string,
): InvalidImportError {
  return new InvalidImportError(file, [{ line, message }], fix);
}
