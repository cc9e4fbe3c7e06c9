import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { embeddedAddon } from "../../src/build/embedded-addon.ts";
import { addonFile } from "../../src/crypto/argon2id/addon-file.ts";
import { dailyCandidates, oneDerivationCandidates, sizeCandidates, startCandidates } from "./candidates.ts";
import { type Measurement, measureInTurn } from "./measure.ts";
import { benchmarkRedact, describeRedaction } from "./redact.ts";
import { benchmarkScale } from "./scale.ts";

const DOCUMENT = "docs/benchmarks.md";
const BEGIN = "<!-- measured: npm run bench -->";
const END = "<!-- end of what was measured -->";

/** Rounds for what takes milliseconds, and for what takes a second or more. */
const ROUNDS = 31;
const SLOW_ROUNDS = 7;

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
  const table = `${render(all)}\n${describeRedaction(await benchmarkRedact())}\n`;
  console.log(table);
  const old = readFileSync(DOCUMENT, "utf8");
  const [before, after] = [old.slice(0, old.indexOf(BEGIN)), old.slice(old.indexOf(END))];
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${table}\n${after}`);
  console.log(await benchmarkScale());
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function shortCommands(): Promise<Row[]> {
  const empty = { name: EMPTY, command: [await compiled("floor-empty")], cwd: root };
  const measured = await measureInTurn(
    [empty, ...startCandidates(binary, root), ...dailyCandidates(binary, root, "raw")],
    ROUNDS,
  );
  const targets = { version: 2.5, "--help": 2.5, "list-domains": 3.5, "list-all-secrets": 3.5, Tab: 3.5 };
  return rows(measured, EMPTY, (name) => ({
    atMost: new Map(Object.entries(targets)).get(name.replace(/,.*/, "")) ?? 5,
    memoryAtMost: 80,
  }));
}

/** Over one Argon2id: what is left over it should not pass the same command's own time with a raw key. */
async function hardKeys(): Promise<Row[]> {
  const argon2id = { name: ARGON2ID, command: [await compiled("floor-argon2id")], cwd: root };
  const empty = { name: EMPTY, command: [await compiled("floor-empty")], cwd: root };
  const decrypting = dailyCandidates(binary, root, "hard").slice(3);
  const measured = await measureInTurn(
    [argon2id, ...decrypting, ...oneDerivationCandidates(binary, root), empty],
    SLOW_ROUNDS,
  );
  const floor = known(measured, ARGON2ID).milliseconds;
  const commandItself = 5 * known(measured, EMPTY).milliseconds;
  measured.delete(EMPTY);
  return rows(measured, ARGON2ID, () => ({
    atMost: (floor + commandItself) / floor,
    memoryAtMost: 80 + 256,
  }));
}

async function sizes(): Promise<Row[]> {
  const empty = { name: EMPTY, command: [await compiled("floor-empty")], cwd: root };
  const targets = { "list-all-secrets": 15, "add one": 25, "decrypt all": 150, merge: 60 };
  const all: Row[] = [];
  for (const secrets of [10, 1_000, 10_000]) {
    const measured = await measureInTurn([empty, ...sizeCandidates(binary, root, secrets)], SLOW_ROUNDS);
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
    const ratio = measured.milliseconds / floor.milliseconds;
    return `| ${[
      name,
      measured.milliseconds.toFixed(1),
      `${ratio.toFixed(1)} ×`,
      atMost === undefined ? "" : `${atMost.toFixed(1)} ×${ratio > atMost ? " **missed**" : ""}`,
      measured.peakMegabytes.toFixed(0),
      memoryAtMost === undefined
        ? ""
        : `${memoryAtMost.toFixed(0)}${measured.peakMegabytes > memoryAtMost ? " **missed**" : ""}`,
    ].join(" | ")} |`;
  });
  return [
    `Measured on ${new Date().toISOString().slice(0, 10)}, ${process.platform} ${process.arch}, ${navigator.hardwareConcurrency} cores, Bun ${Bun.version}.`,
    "",
    "| what | median ms | over its floor | at most | peak MB | at most |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
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
    plugins: name === "floor-argon2id" ? [embeddedAddon(addonFile())] : [],
  });
  if (!success) throw new Error(logs.join("\n"));
  return outfile;
}
