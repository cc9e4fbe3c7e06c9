import { judgeKind } from "../assignments/judge.ts";
import type { FileDetector, RuleName } from "../detector.ts";
import { type Hit, RANK } from "../finding.ts";
import { secretNameKind } from "../secret-name.ts";

const CSV_RULE: RuleName = { id: "csv-passwords", what: "a column of passwords or keys" };

/** More columns than a table of accounts has. */
const MAX_COLUMNS = 60;

/** A table with a column whose name is that of a secret. It is reported once, at the first row with a secret. */
export const csvDetector: FileDetector = {
  rules: [CSV_RULE],
  applies: (path) => /\.(?:csv|tsv)$/i.test(path),
  find({ text, kind }): readonly Hit[] {
    const header = text.line(0);
    const separator = ["\t", ";", ","].find((sign) => header.includes(sign)) ?? ",";
    const columns = header.split(separator, MAX_COLUMNS).map((name) => secretNameKind(unquoted(name)));
    for (let at = 1; columns.some(Boolean) && at < text.count; at++) {
      const line = text.line(at);
      for (const [index, cell] of line.split(separator, MAX_COLUMNS).entries()) {
        const name = columns[index];
        const value = unquoted(cell);
        if (!name || !judgeKind(name, { name: "", value, quoted: true }, kind.example)) continue;
        return [{ at, start: 0, end: line.length, rule: CSV_RULE.id, what: CSV_RULE.what, rank: RANK.known }];
      }
    }
    return [];
  },
};

function unquoted(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, "$1");
}
