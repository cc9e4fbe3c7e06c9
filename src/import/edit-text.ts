import { PprotectError } from "../common/errors.ts";
import { displayName, escapeUnprintable } from "../common/terminal-safe.ts";
import { secretNameProblem } from "../store/format/names.ts";
import { InvalidImportError, type LineProblem } from "./invalid-import.ts";
import { readEntries } from "./read-entries.ts";
import { writeEntries } from "./write-entries.ts";

export const EDIT_FORMATS = ["yaml", "dotenv"] as const;
export type EditFormat = (typeof EDIT_FORMATS)[number];

/** The lines that pprotect puts at the top; they are removed before the text is read. */
const MARK = "#| ";

/**
 * The text that is edited: some lines about it, and the values.
 *
 * @throws PprotectError `unrepresentable` for what the format cannot hold
 */
export async function editText(
  domain: string,
  values: ReadonlyMap<string, string>,
  format: EditFormat,
): Promise<string> {
  const { text } = await writeEntries(values, { format, secretName: "" });
  const body = values.size === 0 ? "" : text;
  await requireSame(body, values, format);
  return withHeader(
    [
      `Secrets of ${displayName(domain)}. What you change is sealed when you save and close the editor.`,
      "Close it without a change to leave everything as it is.",
    ],
    body,
  );
}

/** An unchanged file must never be a change. */
async function requireSame(
  text: string,
  values: ReadonlyMap<string, string>,
  format: EditFormat,
): Promise<void> {
  const read = await readEditText(text, format);
  const same = read.size === values.size && [...values].every(([name, value]) => read.get(name) === value);
  if (same) return;
  throw new PprotectError(
    "unrepresentable",
    `a value cannot be edited as ${format}`,
    "use `pprotect update-secret --value-file`, or name the other secrets to edit",
  );
}

/** A text with a message in place of the lines at its top. */
export function withMessage(text: string, error: PprotectError): string {
  const body = withoutHeader(text);
  const problems: readonly LineProblem[] =
    error instanceof InvalidImportError ? error.problems : [{ line: undefined, message: error.message }];
  // The lines of the message move those of the text.
  const count = problems.length + 1;
  const lines = problems.map(({ line, message }) =>
    escapeUnprintable(`ERROR: ${line === undefined ? "" : `line ${line + count}: `}${message}`),
  );
  return withHeader([...lines, "Fix it, save and close; or close without a change to give up."], body);
}

function withHeader(lines: readonly string[], body: string): string {
  return `${lines.map((line) => `${MARK}${line}\n`).join("")}${body}`;
}

function withoutHeader(text: string): string {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => !line.startsWith(MARK.trimEnd()));
  return first === -1 ? "" : lines.slice(first).join("\n");
}

/**
 * Reads an edited text. Line numbers in errors are those of the text without the lines at its top.
 *
 * @returns values by name; none for a text without entries
 * @throws InvalidImportError with every line that cannot be read, and every name that is invalid or given twice
 */
export async function readEditText(text: string, format: EditFormat): Promise<ReadonlyMap<string, string>> {
  const body = withoutHeader(text);
  if (body.split("\n").every((line) => /^\s*(?:#.*)?$/.test(line))) return new Map();
  const file = "the edited text";
  const { entries, notes } = await readEntries(Buffer.from(body), { file, format, environment: {} });
  const problems: LineProblem[] = notes
    .filter(({ kind }) => kind === "duplicate")
    .map(({ line, name }) => ({ line, message: `"${displayName(name)}" is given more than once` }));
  for (const { name, line } of entries) {
    const message = secretNameProblem(name);
    if (message !== undefined) problems.push({ line, message });
  }
  if (problems.length > 0) throw new InvalidImportError(file, problems);
  return new Map(entries.map(({ name, value }) => [name, value]));
}
