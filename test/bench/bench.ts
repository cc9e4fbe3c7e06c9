import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ARGON2_ADDON, embeddedAddon } from "../../src/build/embedded-addon.ts";
import { addonFile } from "../../src/crypto/argon2id/addon-file.ts";
import {
  dailyCandidates,
  oneDerivationCandidates,
  otherPrograms,
  sizeCandidates,
  startCandidates,
} from "./candidates.ts";
import { type Candidate, type Measurement, measureInTurn } from "./measure.ts";
import { benchmarkRedact, describeRedaction } from "./redact.ts";
import { benchmarkScale } from "./scale.ts";

const DOCUMENT = "docs/benchmarks.md";
const BEGIN = "<!-- measured: npm run bench -->";
const END = "<!-- end of what was measured -->";

/** Rounds for what takes milliseconds, and for what takes half a second or more. */
const ROUNDS = 31;
const SLOW_ROUNDS = 5;
/** Rounds by the number of secrets: all of it should take less than three minutes. */
const SIZES: readonly (readonly [secrets: number, rounds: number])[] = [
  [10, 11],
  [1_000, 7],
  [10_000, 3],
];

/**
 * What commands may take more than an empty program, in ms. The goals are ratios on a machine on which the empty program
 * took {@link GOAL_FLOOR}: 1.2 × for `version` and `--help`, 1.7 × to list, 2.0 × to decrypt, 2.2 × for `exec` and `get`.
 */
const GOAL_FLOOR = 25;
const GOALS: readonly (readonly [name: string, ratio: number])[] = [
  ["version", 1.2],
  ["--help", 1.2],
  ["list-domains", 1.7],
  ["list-all-secrets", 1.7],
  ["Tab", 1.7],
  ["decrypt-domain", 2.0],
  ["exec true", 2.2],
  ["get", 2.2],
];

/** What cannot run here. */
const ELSEWHERE = `On the machine of the goals, with a floor of ${GOAL_FLOOR} ms, the Python program took 7.8 to 8.8 times the empty program, and dotenvx 21 times (its binary 75 times).`;

/** Another binary, to measure before and after in one run: `npm run bench -- --before FILE`. */
const BEFORE = " (before)";
const old = process.argv[process.argv.indexOf("--before") + 1];
const oldBinary = process.argv.includes("--before") && old !== undefined ? resolve(old) : undefined;

const EMPTY = "an empty compiled program";
const ARGON2ID = "one native Argon2id, hard";

/** A line of the table: its time over the floor's, and what it should be at most. */
interface Row {
  readonly name: string;
  readonly floor: Measurement;
  readonly measured: Measurement;
  readonly atMost?: number;
  /** Megabytes. */
  readonly memoryAtMost?: number;
}

const root = mkdtempSync(join(tmpdir(), "pprotect-bench-"));
const binary = resolve("dist/pprotect");
try {
  const all = [...(await shortCommands()), ...(await hardKeys()), ...(await sizes())];
  const table = `${render(all)}\n${describeRedaction(await benchmarkRedact())}\n\n${ELSEWHERE}\n`;
  console.log(table);
  const text = readFileSync(DOCUMENT, "utf8");
  const [before, after] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END))];
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${table}\n${after}`);
  console.log(await benchmarkScale());
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function shortCommands(): Promise<Row[]> {
  const empty = { name: EMPTY, command: [await compiled("floor-empty")], cwd: root };
  const commands = [...startCandidates(binary, root), ...dailyCandidates(binary, root, "raw")];
  const measured = await measureInTurn(
    [empty, ...commands.flatMap(withBefore), ...otherPrograms(root)],
    ROUNDS,
  );
  const floor = known(measured, EMPTY).cpuMilliseconds;
  return rows(measured, EMPTY, (name) => {
    const goal = goalOf(name);
    return goal === undefined ? {} : { atMost: (floor + goal) / floor, memoryAtMost: 80 };
  });
}

/** A command, and before it the same with the other binary. */
function withBefore(candidate: Candidate): Candidate[] {
  if (oldBinary === undefined) return [candidate];
  const command = candidate.command.map((word) => (word === binary ? oldBinary : word));
  return [{ ...candidate, name: candidate.name + BEFORE, command }, candidate];
}

/** What a command may take more than the empty program, in ms. */
function goalOf(name: string): number | undefined {
  const ratio = new Map(GOALS).get(name.replace(/,.*/, ""));
  return ratio === undefined || name.endsWith(BEFORE) ? undefined : (ratio - 1) * GOAL_FLOOR;
}

/** Over one Argon2id: what is left over it should not pass the same command's own time with a raw key. */
async function hardKeys(): Promise<Row[]> {
  const argon2id = { name: ARGON2ID, command: [await compiled("floor-argon2id")], cwd: root };
  const decrypting = dailyCandidates(binary, root, "hard").slice(3);
  const measured = await measureInTurn(
    [argon2id, ...decrypting.flatMap(withBefore), ...oneDerivationCandidates(binary, root)],
    SLOW_ROUNDS,
  );
  const floor = known(measured, ARGON2ID).cpuMilliseconds;
  const most = Math.max(...GOALS.map(([name]) => goalOf(name) ?? 0));
  return rows(measured, ARGON2ID, (name) => ({
    ...(!name.endsWith(BEFORE) && { atMost: (floor + (goalOf(name) ?? most)) / floor }),
    memoryAtMost: 80 + 256,
  }));
}

async function sizes(): Promise<Row[]> {
  const empty = { name: EMPTY, command: [await compiled("floor-empty")], cwd: root };
  const targets = { "list-all-secrets": 15, "add one": 25, "decrypt all": 150, merge: 60 };
  const all: Row[] = [];
  for (const [secrets, rounds] of SIZES) {
    const measured = await measureInTurn([empty, ...sizeCandidates(binary, root, secrets)], rounds);
    const megabytes = statSync(join(root, `size-${secrets}`, "before.yaml")).size / 1024 / 1024;
    const found = rows(measured, EMPTY, (name) => {
      const atMost = new Map(Object.entries(targets)).get(name.replace(/,.*/, ""));
      return {
        ...(atMost !== undefined && secrets === 10_000 && { atMost }),
        memoryAtMost: 80 + 2 * megabytes,
      };
    });
    all.push(...found);
  }
  return all;
}

function rows(
  measured: ReadonlyMap<string, Measurement>,
  floorName: string,
  targets: (name: string) => Pick<Row, "atMost" | "memoryAtMost">,
): Row[] {
  const floor = known(measured, floorName);
  return [...measured].map(([name, measurement]) => ({
    name,
    floor,
    measured: measurement,
    ...(name !== floorName && targets(name)),
  }));
}

function known(measured: ReadonlyMap<string, Measurement>, name: string): Measurement {
  const found = measured.get(name);
  if (!found) throw new Error(`${name} was not measured`);
  return found;
}

function render(table: readonly Row[]): string {
  const lines = table.map(({ name, floor, measured, atMost, memoryAtMost }) => {
    const ratio = measured.cpuMilliseconds / floor.cpuMilliseconds;
    return `| ${[
      name,
      measured.milliseconds.toFixed(1),
      measured.cpuMilliseconds.toFixed(1),
      `${ratio.toFixed(1)} ×`,
      atMost === undefined ? "" : `${atMost.toFixed(1)} ×${ratio > atMost ? " **missed**" : ""}`,
      measured.peakMegabytes.toFixed(0),
      memoryAtMost === undefined
        ? ""
        : `${memoryAtMost.toFixed(0)}${measured.peakMegabytes > memoryAtMost ? " **missed**" : ""}`,
    ].join(" | ")} |`;
  });
  return [
    `Measured on ${new Date().toISOString().slice(0, 10)}, ${process.platform} ${process.arch}, ${navigator.hardwareConcurrency} cores, load ${loadavg()[0]?.toFixed(1)}, Bun ${Bun.version}. The floor of this machine, an empty compiled program: ${table[0]?.floor.milliseconds.toFixed(1)} ms, ${table[0]?.floor.cpuMilliseconds.toFixed(1)} ms of CPU time.`,
    "",
    "| what | ms | CPU ms | over its floor, in CPU time | at most | peak MB | at most |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...lines,
    "",
  ].join("\n");
}

/** Compiles one of the floors as the binary itself is compiled. @returns its path */
async function compiled(name: "floor-empty" | "floor-argon2id"): Promise<string> {
  const outfile = join(root, name);
  const { success, logs } = await Bun.build({
    entrypoints: [join(import.meta.dir, `${name}.ts`)],
    target: "bun",
    minify: true,
    bytecode: true,
    compile: { outfile, autoloadDotenv: false, autoloadBunfig: false },
    // Where nothing needs the addon, the build would fail for want of a place for it.
    plugins: name === "floor-argon2id" ? [embeddedAddon(ARGON2_ADDON, addonFile())] : [],
  });
  if (!success) throw new Error(logs.join("\n"));
  return outfile;
}
