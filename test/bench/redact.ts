import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redactionOf } from "../../src/redact/redaction.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { binary } from "../support/binary.ts";
import { CHEAP } from "../support/stores.ts";

const MB = 1e6;
const SECRETS = 100;
const MANY = 10_000;
const TEXT = 16 * MB;
const STREAM = 1024 * MB;
const CHUNK = 1 << 16;
const RUNS = 3;

/** Of several runs. */
interface Statistics {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface RedactBenchmark {
  /** ms to make the automaton; the first time is the longest. */
  readonly build: Statistics;
  /** The same with {@link MANY} secrets. */
  readonly buildMany: Statistics;
  /** MB/s of the redactor alone. */
  readonly memory: Statistics;
  /** MB/s of `pprotect redact` between two pipes. */
  readonly pipe: Statistics;
}

const random = (bytes: number): Buffer => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes)));

/** Values as they are in real stores: tokens, keys, passwords, URLs. */
const KINDS: readonly (() => string)[] = [
  () => random(20).toString("hex"),
  () => random(30).toString("base64"),
  () => `sk-${random(24).toString("base64url")}`,
  () => `postgres://app:${random(9).toString("base64")}@db.example.com/app?ssl=1&pool=5`,
  () => `${random(9).toString("base64")}!'"$ <&`,
];

function makeSecrets(count: number): [string, string][] {
  return [...Array(count).keys()].map((at) => [`secret-${at}`, (KINDS[at % KINDS.length] ?? String)()]);
}

/** A server's log; every thousandth line holds a secret in some form. */
function makeLog(secrets: readonly (readonly [string, string])[]): Buffer {
  const lines: string[] = [];
  for (let at = 0, length = 0; length < TEXT; at++) {
    const [, value = ""] = secrets[at % secrets.length] ?? [];
    const leak = at % 1000 === 0 ? ` token=${Buffer.from(value).toString("base64")}` : "";
    const line = `2026-11-23T14:02:${at % 60}.123Z INFO [worker-${at % 16}] id=${random(8).toString("hex")} path=/api/v1/users/${(at * 7919) % 99991}?q=abc%20def status=200 ms=${at % 900} msg="user \\u00e9 logged in"${leak}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join(""));
}

/** Measures the redactor, in memory and in the compiled binary on a pipe. */
export async function benchmarkRedact(): Promise<RedactBenchmark> {
  const secrets = makeSecrets(SECRETS);
  const many = makeSecrets(MANY);
  const log = makeLog(secrets);
  return {
    build: statistics(await repeat(() => elapsed(() => void redactionOf(secrets)))),
    buildMany: statistics(await repeat(() => elapsed(() => void redactionOf(many)))),
    memory: statistics(await repeat(() => memorySpeed(secrets, log))),
    pipe: statistics(await pipeSpeeds(secrets, log)),
  };
}

function memorySpeed(secrets: readonly (readonly [string, string])[], log: Buffer): number {
  const redactor = redactionOf(secrets).redactor();
  const ms = elapsed(() => {
    for (let at = 0; at < log.length; at += CHUNK) redactor.push(log.subarray(at, at + CHUNK));
  });
  return log.length / MB / (ms / 1000);
}

async function pipeSpeeds(secrets: readonly (readonly [string, string])[], log: Buffer): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), "pprotect-bench-"));
  try {
    const owner = { name: "bench@example.com", passphrase: "bench" };
    const empty = KeyFile.create().addCustodian(owner, CHEAP).addDomain("bench", owner.name);
    const store = secrets.reduce((file, [name, value]) => file.addSecret("bench", name, value), empty);
    writeFileSync(join(folder, "protected.yaml"), store.toString());
    writeFileSync(join(folder, "log"), log);
    const times = Math.ceil(STREAM / log.length);
    const command = `for i in $(seq ${times}); do cat log; done | "$0" redact --domain bench | cat >/dev/null`;
    const env = { ...process.env, PPROTECT_USER: owner.name, PPROTECT_PASSPHRASE: owner.passphrase };
    return await repeat(() => {
      const ms = elapsed(() => {
        const { exitCode } = Bun.spawnSync(["bash", "-o", "pipefail", "-c", command, binary()], {
          cwd: folder,
          env,
        });
        if (exitCode !== 0) throw new Error(`redact ended with ${exitCode}`);
      });
      return (times * log.length) / MB / (ms / 1000);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function elapsed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

async function repeat(measure: () => number): Promise<number[]> {
  return [...Array(RUNS)].map(() => measure());
}

function statistics(values: readonly number[]): Statistics {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0] ?? 0, median: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 };
}

/** One line for people. */
export function describeRedaction({ build, buildMany, memory, pipe }: RedactBenchmark): string {
  const whole = (value: number): string => value.toFixed(0);
  return [
    `\`pprotect redact\` with ${SECRETS} secrets, ${STREAM / 1024 / MB} GB of log between two pipes:`,
    `${whole(pipe.median)} MB/s (median of ${RUNS}, the slowest ${whole(pipe.min)});`,
    `in memory ${whole(memory.median)} MB/s; ready to search after ${whole(build.max)} ms at first;`,
    `with ${MANY} secrets after ${whole(buildMany.max)} ms.`,
  ].join(" ");
}

if (import.meta.main) console.log(describeRedaction(await benchmarkRedact()));
