import type { ScanInput } from "../scan-input.ts";
import { type SecretNameKind, secretNameKind } from "../secret-name.ts";
import type { DistantAssignment } from "./apart.ts";
import { htmlAssignments } from "./html-table.ts";

/** More rows than a table of accounts that a person wrote has. */
const MAX_ROWS = 60;
const MAX_COLUMNS = 40;

const INSERT =
  /\b(?:insert|replace)\s{1,4}(?:ignore\s{1,4})?(?:into\s{1,4})?["'`[\w.\]]{1,80}\s{0,4}\((?<columns>[^()]{1,1000})\)\s{0,4}(?:values?\b)?/i;
const STATEMENT = /insert|replace/i;
const ROW = /^\s{0,20}(?:values?\s{0,4})?\(/i;
const PIPES = /^\s{0,8}\|?[^|\n]{1,200}\|/;
const RULER = /^\s{0,8}\|?(?:\s{0,4}:?-{2,200}:?\s{0,4}\|){1,40}(?:\s{0,4}:?-{2,200}:?)?\s{0,8}$/;

/** Values under the names of their columns: rows of an SQL statement, and of a table of Markdown, AsciiDoc or HTML. */
export function columnAssignments(input: ScanInput, at: number): DistantAssignment[] {
  const line = input.text.line(at);
  if (line.length > 4000) return [];
  const insert = line.includes("(") && STATEMENT.test(line) ? INSERT.exec(line) : null;
  if (insert) return insertedRows(input, at, insert.index + insert[0].length, insert.groups?.columns ?? "");
  if (COPY_END.test(line.slice(-20))) return copiedRows(input, at);
  if (line.includes("<t") || line.includes("<d")) return htmlAssignments(input, at);
  if (!line.includes("|") || !PIPES.test(line)) return [];
  if (ADOC_TABLE.test(input.text.line(at - 1))) return tableRows(input, at, at + 1);
  return RULER.test(input.text.line(at + 1)) ? tableRows(input, at, at + 2) : cellsAfterNames(line, at);
}

function insertedRows({ text }: ScanInput, at: number, from: number, columns: string): DistantAssignment[] {
  const names = columns.split(",", MAX_COLUMNS).map((name) => name.replace(/["'`[\]]/g, "").trim());
  const found = rowsIn(text.line(at), from, names, at);
  for (let next = at + 1; next < at + MAX_ROWS && text.followsPrevious(next); next++) {
    const row = text.line(next);
    if (row.length > 4000 || !ROW.test(row)) break;
    found.push(...rowsIn(row, 0, names, next));
  }
  return found;
}

/** A value of a row: in quotes, or something else up to the next comma. */
const CELL =
  /N?'(?<single>(?:[^'\\]|''|\\.){0,400})'|N?"(?<double>[^"]{0,400})"|[^,()'"]{1,200}|\(\)|,|[()]/g;

function rowsIn(line: string, from: number, names: readonly string[], at: number): DistantAssignment[] {
  const found: DistantAssignment[] = [];
  let column = -1;
  for (const match of line.slice(from).matchAll(CELL)) {
    const [cell] = match;
    if (cell === "(") column = 0;
    else if (cell === ")") column = -1;
    else if (cell === "," && column >= 0) column++;
    const name = names[column];
    const value = match.groups?.single ?? match.groups?.double;
    if (name === undefined || value === undefined || isHash(secretNameKind(name), value)) continue;
    const start = from + match.index + cell.indexOf(value);
    found.push({ name, value, at, start, end: start + value.length, quoted: true });
  }
  return found;
}

/** In a column of passwords, text of the length of a digest is one. */
function isHash(kind: SecretNameKind | undefined, value: string): boolean {
  return (
    kind === "password" &&
    /^(?:0x)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i.test(value)
  );
}

/** Rows of a dump of PostgreSQL, with tabs between their cells. */
const COPY = /^\s{0,4}copy\s{1,4}[\w."]{1,120}\s{0,4}\((?<columns>[^()]{1,1000})\)\s{1,4}from\s{1,4}stdin/i;
const COPY_END = /from\s{1,4}stdin;?\s{0,4}$/i;

function copiedRows({ text }: ScanInput, at: number): DistantAssignment[] {
  const columns = COPY.exec(text.line(at))?.groups?.columns;
  if (columns === undefined) return [];
  const names = columns.split(",", MAX_COLUMNS).map((name) => name.replaceAll('"', "").trim());
  const kinds = names.map(secretNameKind);
  const found: DistantAssignment[] = [];
  for (let next = at + 1; next < at + MAX_ROWS && text.followsPrevious(next); next++) {
    const row = text.line(next);
    if (row === "\\." || row.length > 4000 || COPY.test(row)) break;
    let start = 0;
    for (const [index, value] of row.split("\t", MAX_COLUMNS).entries()) {
      const name = names[index];
      const kind = kinds[index];
      if (name !== undefined && kind !== undefined && !isHash(kind, value))
        found.push({ name, value, at: next, start, end: start + value.length, quoted: true });
      start += value.length + 1;
    }
  }
  return found;
}

/** What a table of AsciiDoc is between. */
const ADOC_TABLE = /^\|={3,}\s{0,8}$/;

/** @param first the first line that may be a row */
function tableRows({ text }: ScanInput, at: number, first: number): DistantAssignment[] {
  const names = cellsOf(text.line(at)).map(({ value }) => value.replace(/[*_`]/g, ""));
  const secret = names.map((name) => secretNameKind(name) !== undefined);
  const found: DistantAssignment[] = [];
  for (let next = first; next < at + MAX_ROWS && text.followsPrevious(next); next++) {
    const row = text.line(next);
    if (row === "" && next === at + 1) continue;
    if (!row.includes("|") || ADOC_TABLE.test(row) || row.length > 2000) break;
    for (const [index, { value, start }] of cellsOf(row).entries()) {
      const name = names[index];
      if (!secret[index] || name === undefined || /\s/.test(value)) continue;
      found.push({ name, value, at: next, start, end: start + value.length, quoted: true });
    }
  }
  return found;
}

/** The cell after one with a name: `| db password | … |`. */
function cellsAfterNames(line: string, at: number): DistantAssignment[] {
  if (!/^\s{0,8}\|/.test(line)) return [];
  const cells = cellsOf(line);
  return cells.flatMap(({ value: name }, index) => {
    const next = cells[index + 1];
    if (!next || /\s/.test(next.value) || !/^[A-Za-z][\w .*`-]{1,50}$/.test(name)) return [];
    if (secretNameKind(name.replace(/[*`]/g, "")) === undefined) return [];
    const { value, start } = next;
    return [{ name, value, at, start, end: start + value.length, quoted: true }];
  });
}

/** The cells between the pipes of a line, without blanks and marks around them. */
function cellsOf(line: string): { readonly value: string; readonly start: number }[] {
  const cells: { value: string; start: number }[] = [];
  let from = line.trimStart().startsWith("|") ? line.indexOf("|") + 1 : 0;
  for (const cell of line.slice(from).split("|", MAX_COLUMNS)) {
    const value = cell.trim().replace(/^[`*]{1,2}(.*?)[`*]{1,2}$/, "$1");
    cells.push({ value, start: from + cell.indexOf(value) });
    from += cell.length + 1;
  }
  return cells;
}
