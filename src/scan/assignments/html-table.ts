import type { ScanInput } from "../scan-input.ts";
import { secretNameKind } from "../secret-name.ts";
import type { DistantAssignment } from "./apart.ts";

/** More rows, and more lines of them, than a table of accounts that a person wrote has. */
const MAX_LINES = 300;
const MAX_HEADER = 30;

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
  const inLine = cellsIn(input, at, at).flat();
  const names = inLine.filter(({ value }) => secretNameKind(value) !== undefined);
  if (names.length === 0) return nextTerm(input, at);
  return names.some(({ isHead }) => isHead)
    ? [...valuesUnder(input, at, names), ...nextTerm(input, at)]
    : nextTerm(input, at);
}

/** The values in the columns of a head that is at least partly in a line. */
function valuesUnder(input: ScanInput, at: number, names: readonly Cell[]): DistantAssignment[] {
  const first = rowStart(input, at);
  const [head = [], ...rows] = cellsIn(input, first, at + MAX_LINES);
  if (!head.every(({ isHead }) => isHead)) return [];
  const found: DistantAssignment[] = [];
  for (const [column, { value: name, at: line, start }] of head.entries()) {
    if (!names.some((cell) => cell.at === line && cell.start === start)) continue;
    for (const row of rows) {
      const cell = row[column];
      if (cell && !cell.isHead && row.length === head.length && !/\s/.test(cell.value))
        found.push(placed(name, cell));
    }
  }
  return found;
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

/** The cells of the rows from a line on, until the table ends. */
function cellsIn({ text }: ScanInput, from: number, through: number): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  for (let at = from; at <= through && at < text.count && (at === from || text.followsPrevious(at)); at++) {
    const line = text.line(at);
    if (line.length > 4000) break;
    for (const match of line.matchAll(PART)) {
      const { row: mark, cell, text: inside = "" } = match.groups ?? {};
      if (cell !== undefined) {
        const value = inside.trim();
        const start = match.index + match[0].length - inside.length + inside.indexOf(value);
        row.push({ isHead: /^th$/i.test(cell), value, at, start });
        continue;
      }
      if (row.length > 0) rows.push(row);
      row = [];
      if (mark?.toLowerCase() === "/table") return rows;
    }
  }
  return row.length > 0 ? [...rows, row] : rows;
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
