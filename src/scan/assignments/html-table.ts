import type { ScanInput } from "../scan-input.ts";
import { secretNameKind } from "../secret-name.ts";
import type { DistantAssignment } from "./apart.ts";

/** More lines, and cells in a row, than a table of accounts that a person wrote has. */
const MAX_LINES = 300;
const MAX_HEADER = 30;
const MAX_COLUMNS = 40;
/** Rows of names that a table may begin with. */
const MAX_HEADS = 2;

/** A cell whose text is in one line, and the marks of rows and tables. */
const PART =
  /<(?:(?<row>\/?tr|\/table|table)\b[^<>]{0,200}>|(?<cell>t[hd])\b[^<>]{0,200}>\s{0,20}(?:<(?:b|strong|code|p|span|kbd|em|tt)\b[^<>]{0,100}>\s{0,4}){0,2}(?<text>[^<>]{0,200}))/gi;

interface Cell {
  readonly isHead: boolean;
  readonly value: string;
  readonly at: number;
  readonly start: number;
}

/** Values in a table of HTML under the name of their column, or in the cell after it. */
export function htmlAssignments(input: ScanInput, at: number): DistantAssignment[] {
  const inLine = [...rowsFrom(input, at, at)].flat();
  const names = inLine.filter(({ value }) => secretNameKind(value) !== undefined);
  if (names.length === 0) return nextTerm(input, at);
  return names.some(({ isHead }) => isHead)
    ? [...valuesUnder(input, at, names), ...nextTerm(input, at)]
    : nextTerm(input, at);
}

/** The values in the columns of a head that is at least partly in a line. */
function valuesUnder(input: ScanInput, at: number, names: readonly Cell[]): DistantAssignment[] {
  const rows = rowsFrom(input, rowStart(input, at), at + MAX_LINES);
  const head = rows.next().value ?? [];
  if (!isHead(head)) return [];
  const secret = head.flatMap((cell, column) =>
    names.some((name) => name.at === cell.at && name.start === cell.start) ? [column] : [],
  );
  const found: DistantAssignment[] = [];
  let heads = 1;
  for (const row of rows) {
    // What is under another head is found from there.
    if (isHead(row) && ++heads > MAX_HEADS) break;
    if (row.length !== head.length) continue;
    for (const column of secret) {
      const name = head[column]?.value;
      const cell = row[column];
      if (name !== undefined && cell && !cell.isHead && !/\s/.test(cell.value))
        found.push(placed(name, cell));
    }
  }
  return found;
}

function isHead(row: readonly Cell[]): boolean {
  return row.every((cell) => cell.isHead);
}

function placed(name: string, { value, at, start }: Cell): DistantAssignment {
  return { name, value, at, start, end: start + value.length, quoted: true };
}

/** Where the row starts that a line is in. */
function rowStart({ text }: ScanInput, at: number): number {
  for (let line = at; line > at - MAX_HEADER && line >= 0; line--) {
    if (/<tr\b/i.test(text.line(line).slice(0, 2000))) return line;
    if (!text.followsPrevious(line)) break;
  }
  return at;
}

/** The rows from a line on, one at a time, until the table ends or one is too wide. */
function* rowsFrom(
  { text }: ScanInput,
  from: number,
  through: number,
): Generator<readonly Cell[], undefined> {
  let row: Cell[] = [];
  for (let at = from; at <= through && at < text.count && (at === from || text.followsPrevious(at)); at++) {
    const line = text.line(at);
    if (line.length > 4000) break;
    for (const match of line.matchAll(PART)) {
      const { row: mark, cell, text: inside = "" } = match.groups ?? {};
      if (cell !== undefined) {
        if (row.length === MAX_COLUMNS) return;
        const value = inside.trim();
        const start = match.index + match[0].length - inside.length + inside.indexOf(value);
        row.push({ isHead: /^th$/i.test(cell), value, at, start });
        continue;
      }
      if (row.length > 0) yield row;
      row = [];
      if (mark?.toLowerCase() === "/table") return;
    }
  }
  if (row.length > 0) yield row;
}

const TERM =
  /^\s{0,60}<(?:t[hd]|dt)\b[^<>]{0,100}>\s{0,8}(?:<\w{1,8}>)?(?<name>[^<>]{2,60}?):?\s{0,4}(?:<\/\w{1,8}>)?\s{0,8}<\/(?:t[hd]|dt)>\s{0,8}$/i;
const DEFINITION =
  /^\s{0,60}<(?:td|dd)\b[^<>]{0,100}>\s{0,8}(?:<\w{1,8}>)?(?<value>[^<>\s]{6,200})\s{0,4}(?:<\/\w{1,8}>)?\s{0,8}<\/(?:td|dd)>/i;

/** The cell or definition in the next line: `<dt>Password</dt>`, `<dd>…</dd>`. */
function nextTerm({ text }: ScanInput, at: number): DistantAssignment[] {
  const name = TERM.exec(text.line(at).slice(0, 400))?.groups?.name;
  if (name === undefined || !secretNameKind(name) || !text.followsPrevious(at + 1)) return [];
  const next = text.line(at + 1).slice(0, 600);
  const value = DEFINITION.exec(next)?.groups?.value;
  if (value === undefined) return [];
  const start = next.indexOf(value);
  return [{ name, value, at: at + 1, start, end: start + value.length, quoted: true }];
}
