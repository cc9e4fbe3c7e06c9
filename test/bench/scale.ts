import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runProgram } from "../support/run.ts";
import { scaleCandidates } from "./candidates.ts";
import type { Candidate } from "./measure.ts";

const DOCUMENT = "docs/benchmarks.md";
const BEGIN = "<!-- measured: bun test/bench/scale.ts -->";
const END = "<!-- end of the measured scale -->";

/** Stores, and how many runs of each command are measured; the median counts. */
const SIZES = [
  [1_000, 5],
  [10_000, 3],
  [100_000, 1],
] as const;

/** With the most secrets: time and memory at most, over those of `list` with the same store in the same run. */
const AT_MOST: Readonly<Record<string, readonly [time: number, memory: number]>> = {
  "decrypt all": [11.4, 1.4],
  "add one": [1.7, 1.2],
  rotate: [28.6, 1.7],
  merge: [2.3, 1.7],
};

interface Cost {
  readonly wallMs: number;
  /** Of all threads, in the program and in the system. */
  readonly cpuMs: number;
  readonly megabytes: number;
}

/** A small process between us: a program starts with the peak of the memory that its parent has. */
const MEASURE = `
  const start = performance.now();
  const { exitCode, stderr, resourceUsage } = Bun.spawnSync(process.argv.slice(1), { stdin: "inherit", stdout: "ignore" });
  const wallMs = performance.now() - start;
  if (exitCode !== 0) throw new Error(stderr.toString());
  const { cpuTime, maxRSS } = resourceUsage;
  console.log(JSON.stringify({ wallMs, cpuMs: Number(cpuTime.total) / 1000, megabytes: maxRSS / 1024 / 1024 }));
`;

async function costOf({ command, cwd, input = "", before }: Candidate): Promise<Cost> {
  before?.();
  // A home directory of its own: a rotation changes which keys are accepted.
  const home = mkdtempSync(join(cwd, "home-"));
  const { status, stdout, stderr } = await runProgram([process.execPath, "-e", MEASURE, ...command], {
    cwd,
    input,
    env: { GIT_CONFIG_GLOBAL: "/dev/null", HOME: home },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Cost;
}

/** Measures commands that go through a whole store, in turn. @returns the lines of a table */
async function rowsOf(secrets: number, rounds: number): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), "pprotect-scale-"));
  try {
    const candidates = scaleCandidates(resolve("dist/pprotect"), root, secrets);
    const costs = new Map<string, Cost[]>(candidates.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const each of candidates) costs.get(each.name)?.push(await costOf(each));
    }
    const medians = [...costs].map(([name, all]) => [name, medianOf(all)] as const);
    const list = medianOf(costs.get("list") ?? []);
    const isLargest = secrets === SIZES.at(-1)?.[0];
    return medians.map(([name, cost]) =>
      row(`${name}, ${secrets}`, cost, list, isLargest ? AT_MOST[name] : undefined),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function medianOf(costs: readonly Cost[]): Cost {
  const median = (value: (cost: Cost) => number): number =>
    costs.map(value).toSorted((a, b) => a - b)[costs.length >> 1] ?? Number.NaN;
  return {
    wallMs: median(({ wallMs }) => wallMs),
    cpuMs: median(({ cpuMs }) => cpuMs),
    megabytes: median(({ megabytes }) => megabytes),
  };
}

function row(name: string, cost: Cost, list: Cost, atMost: readonly [number, number] | undefined): string {
  const ratio = (value: number, limit: number | undefined): string[] => [
    `${value.toFixed(1)} ×`,
    limit === undefined ? "" : `${limit.toFixed(1)} ×${value > limit ? " **missed**" : ""}`,
  ];
  const cells = [
    name,
    cost.wallMs.toFixed(0),
    cost.cpuMs.toFixed(0),
    ...ratio(cost.cpuMs / list.cpuMs, atMost?.[0]),
    cost.megabytes.toFixed(0),
    ...ratio(cost.megabytes / list.megabytes, atMost?.[1]),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Measures, and writes the table into the document. @returns the table */
export async function benchmarkScale(): Promise<string> {
  const lines: string[] = [];
  for (const [secrets, rounds] of SIZES) lines.push(...(await rowsOf(secrets, rounds)));
  const table = [
    `Measured on ${new Date().toISOString().slice(0, 10)}, ${process.platform} ${process.arch}, ${navigator.hardwareConcurrency} cores, Bun ${Bun.version}.`,
    "",
    "| what | ms | CPU ms | CPU over list | at most | peak MB | over list | at most |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...lines,
  ].join("\n");
  const old = readFileSync(DOCUMENT, "utf8");
  const [before, after] = [old.slice(0, old.indexOf(BEGIN)), old.slice(old.indexOf(END))];
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${table}\n\n${after}`);
  return table;
}

if (import.meta.main) console.log(await benchmarkScale());
