import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lintSource } from "@secretlint/core";
import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import { scanBytes } from "../../../src/scan/scan-bytes.ts";
import { scanLines } from "../../../src/scan/scanner.ts";
import { type CorpusFile, type CorpusKind, Draw } from "./draw.ts";
import { heldOut, tuned } from "./index.ts";

/** Files of each kind. */
const EACH = 10;
/** Other values than those that the rules were written with. */
const SEED = "measured";

export const DOCUMENT = join(import.meta.dir, "../../../docs/guard.md");
const START = "<!-- measured: bun test/scan/corpus/measure.ts -->";
const END = "<!-- end of what was measured -->";

/** How many files of a kind were reported. */
interface Row {
  readonly kind: string;
  readonly guard: number;
  readonly secretlint: number;
}

/** Whether the guard reports a file as an error. */
export function isReported({ path, content }: CorpusFile): boolean {
  if (typeof content !== "string") return scanBytes(path, content).findings.length > 0;
  const lines = content.replace(/\n$/, "").split(/\r?\n/);
  return (
    scanLines(
      path,
      lines.map((text, index) => ({ number: index + 1, text })),
    ).length > 0
  );
}

const preset = rules.map((rule) => ({ id: rule.meta.id, rule, options: {} }));

async function isReportedBySecretlint({ path, content }: CorpusFile): Promise<boolean> {
  if (typeof content !== "string") return false;
  const { messages } = await lintSource({
    source: { filePath: path, content, contentType: "text" },
    options: { config: { rules: preset }, noPhysicFilePath: true },
  });
  return messages.length > 0;
}

async function measure(kinds: readonly CorpusKind[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { kind, make } of kinds) {
    const files = Array.from({ length: EACH }, (_, index) => make(new Draw(`${SEED} ${kind} ${index}`)));
    const guard = files.filter(isReported).length;
    const others = await Promise.all(files.map(isReportedBySecretlint));
    rows.push({ kind, guard, secretlint: others.filter(Boolean).length });
  }
  return rows;
}

/** The share of all files of some kinds that the guard reports, in percent. */
export async function guardShare(kinds: readonly CorpusKind[]): Promise<number> {
  const rows = await measure(kinds);
  return percent(rows, ({ guard }) => guard);
}

function percent(rows: readonly Row[], count: (row: Row) => number): number {
  const sum = rows.reduce((total, row) => total + count(row), 0);
  return Math.round((1000 * sum) / (EACH * rows.length)) / 10;
}

function table(title: string, verb: string, rows: readonly Row[]): string {
  const total = [({ guard }: Row) => guard, ({ secretlint }: Row) => secretlint].map((count) =>
    percent(rows, count),
  );
  return [
    `| ${title}, ${verb} of ${EACH} | guard | secretlint |`,
    "| --- | ---: | ---: |",
    ...rows.map(({ kind, guard, secretlint }) => `| ${kind} | ${guard} | ${secretlint} |`),
    `| **all ${rows.length} kinds** | **${total[0]} %** | **${total[1]} %** |`,
  ].join("\n");
}

/** The tables of the document, measured now. */
export async function measuredTables(): Promise<string> {
  return [
    table("leaks, kinds that the rules were written with", "found", await measure(tuned.leaks)),
    table("leaks, kinds held out", "found", await measure(heldOut.leaks)),
    table("look-alikes, kinds that the rules were written with", "reported", await measure(tuned.lookAlikes)),
    table("look-alikes, kinds held out", "reported", await measure(heldOut.lookAlikes)),
  ].join("\n\n");
}

/** The tables as they are in the document. */
export function documentedTables(): string {
  return parts().tables;
}

function parts(): { readonly before: string; readonly tables: string; readonly after: string } {
  const text = readFileSync(DOCUMENT, "utf8");
  const [before = "", rest = ""] = text.split(START);
  const [tables = "", after = ""] = rest.split(END);
  return { before, tables: tables.trim(), after };
}

if (import.meta.main) {
  const { before, after } = parts();
  writeFileSync(DOCUMENT, `${before}${START}\n\n${await measuredTables()}\n\n${END}${after}`);
}
