import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Candidate, measureInTurn } from "./measure.ts";
import { storeOf } from "./stores.ts";

/*
 * Measures the guard against git on the same data, and writes the ratios to docs/benchmarks.md: `bun test/bench/guard.ts`.
 * The data is the text of the installed packages: real code and documents.
 */
const DOCUMENT = "docs/benchmarks.md";
const BEGIN = "<!-- measured: bun test/bench/guard.ts -->";
const END = "<!-- end of what was measured of the guard -->";

const TREE_BYTES = 20_000_000;
const COMMITS = 6_000;
const FILES_IN_HISTORY = 400;
const LINES_IN_COMMIT = 25;
const STORES = 20;
const STORE_COMMITS = 10_000;
const ROUNDS = 5;
/** Findings would be an exit status of 1. They are looked for all the same. */
const IGNORED = "lib/\n";

const binary = resolve("dist/pprotect");

function git(cwd: string, args: readonly string[], input = ""): void {
  const { exitCode, stderr } = Bun.spawnSync(["git", ...args], { cwd, stdin: Buffer.from(input) });
  if (exitCode !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
}

/** Text files of the installed packages, by their paths below `node_modules`. */
function* packageTexts(): Generator<readonly [path: string, text: string]> {
  for (const entry of readdirSync("node_modules", { recursive: true, withFileTypes: true }).toSorted()) {
    if (!entry.isFile() || !/\.(?:[cm]?[jt]s|json|md|ya?ml|txt)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    yield [path.replace(/^node_modules\//, ""), readFileSync(path, "utf8")];
  }
}

function newRepository(root: string, name: string): string {
  const cwd = join(root, name);
  mkdirSync(cwd);
  git(cwd, ["init", "-q", "-b", "main"]);
  writeFileSync(join(cwd, ".pprotectignore"), IGNORED);
  return cwd;
}

function wholeTree(root: string): Candidate[] {
  const cwd = newRepository(root, "tree");
  let bytes = 0;
  for (const [path, text] of packageTexts()) {
    const file = join(cwd, "lib", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    bytes += text.length;
    if (bytes >= TREE_BYTES) break;
  }
  git(cwd, ["add", "-A", "-f"]);
  return [
    { name: "git diff --cached", command: ["git", "diff", "--cached"], cwd },
    { name: "pprotect git pre-commit", command: [binary, "git", "pre-commit"], cwd },
  ];
}

function history(root: string): Candidate[] {
  const cwd = newRepository(root, "history");
  const lines = [...packageTexts()].slice(0, 300).flatMap(([, text]) => text.split("\n").slice(0, 200));
  const files = Array.from({ length: FILES_IN_HISTORY }, (): string[] => []);
  let stream = "";
  for (let commit = 0; commit < COMMITS; commit++) {
    const index = (commit * 7919) % FILES_IN_HISTORY;
    const start = (commit * 104_729) % (lines.length - LINES_IN_COMMIT);
    const file = files[index] ?? [];
    file.splice((commit * 31) % (file.length + 1), 0, ...lines.slice(start, start + LINES_IN_COMMIT));
    const text = file.join("\n");
    stream += `commit refs/heads/main\ncommitter A <a@b> ${1_700_000_000 + commit} +0000\ndata 1\nx\n`;
    if (commit === 0) stream += `M 100644 inline .pprotectignore\ndata ${IGNORED.length}\n${IGNORED}\n`;
    stream += `M 100644 inline lib/d${index % 20}/f${index}.ts\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  }
  git(cwd, ["fast-import", "--quiet"], stream);
  git(cwd, ["repack", "-adq"]);
  git(cwd, ["reset", "-q", "--hard"]);
  return [
    { name: `git log -p, ${COMMITS} commits`, command: ["git", "log", "-p", "--all"], cwd },
    { name: `pprotect git check, ${COMMITS} commits`, command: [binary, "git", "check", "--all"], cwd },
  ];
}

/** Each commit gives a secret of one of several stores another value. */
function storeHistory(root: string): Candidate[] {
  const cwd = newRepository(root, "stores");
  const files = Array.from({ length: STORES }, () => storeOf(10, "raw").file);
  const stream: string[] = [];
  for (let commit = 0; commit < STORE_COMMITS; commit++) {
    const index = commit % STORES;
    const time = 1_700_000_000 + 60 * commit;
    const round = Math.floor(commit / STORES);
    const name = `secret-${String(round % 10).padStart(6, "0")}`;
    const file = files[index]?.updateSecret("dev", name, `value ${commit}`, new Date(1000 * time));
    if (file) files[index] = file;
    const text = String(file);
    stream.push(
      `commit refs/heads/main\ncommitter A <a@b> ${time} +0000\ndata 1\nx\n`,
      `M 100644 inline s${index}/protected.yaml\ndata ${Buffer.byteLength(text)}\n${text}\n`,
    );
  }
  git(cwd, ["fast-import", "--quiet"], stream.join(""));
  git(cwd, ["repack", "-adq"]);
  git(cwd, ["reset", "-q", "--hard"]);
  return [
    { name: `git log -p, ${STORE_COMMITS} commits of stores`, command: ["git", "log", "-p", "--all"], cwd },
    {
      name: `pprotect git check, ${STORE_COMMITS} commits of stores`,
      command: [binary, "git", "check", "--all"],
      cwd,
    },
  ];
}

async function table(candidates: readonly Candidate[], atMost: number): Promise<string[]> {
  const measured = [...(await measureInTurn(candidates, ROUNDS))];
  const floor = measured[0]?.[1];
  return measured.map(([name, { milliseconds, cpuMilliseconds, peakMegabytes }], index) => {
    const ratio = milliseconds / (floor?.milliseconds ?? Number.NaN);
    const cpu = cpuMilliseconds / (floor?.cpuMilliseconds ?? Number.NaN);
    const target = index === 0 ? "" : `${atMost.toFixed(1)} ×${ratio > atMost ? " **missed**" : ""}`;
    return `| ${name} | ${milliseconds.toFixed(0)} | ${ratio.toFixed(1)} × | ${target} | ${cpu.toFixed(1)} × | ${peakMegabytes.toFixed(0)} |`;
  });
}

const root = mkdtempSync(join(tmpdir(), "pprotect-bench-"));
try {
  const rows = [
    ...(await table(wholeTree(root), 3)),
    ...(await table(history(root), 1.3)),
    ...(await table(storeHistory(root), 2)),
  ];
  const text = [
    `Measured on ${new Date().toISOString().slice(0, 10)}, ${process.platform} ${process.arch}, ${navigator.hardwareConcurrency} cores.`,
    "",
    "| what | median ms | over git | at most | processor time over git | peak MB |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
  console.log(text);
  const old = readFileSync(DOCUMENT, "utf8");
  const [before, after] = [old.slice(0, old.indexOf(BEGIN)), old.slice(old.indexOf(END))];
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${text}\n\n${after}`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
