import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { deriveCustodianKey } from "../../src/crypto/key-derivation.ts";
import { sha512 } from "../../src/crypto/sha512.ts";
import { timesInMemory } from "../support/process-memory.ts";
import { CHEAP } from "../support/stores.ts";

const PASSPHRASE = ["memory", "of", "a", "process", "4417"].join("-");
const SALT = new Uint8Array(8).fill(7);
const SOURCE = resolve(import.meta.dir, "../../src/crypto");

/** Runs a script in a process of its own, which prints what it knows and then waits. @returns how often bytes are in its memory */
async function searchAfter(
  script: string,
  needlesOf: (printed: string) => readonly Uint8Array[],
): Promise<number[]> {
  const prelude = `
    const { deriveCustodianKey } = await import("${SOURCE}/key-derivation.ts");
    const { randomBytes, takeBytes, wipe } = await import("${SOURCE}/bytes.ts");
    const { argon2idAddon } = await import("${SOURCE}/argon2id/argon2id-addon.ts");
    const { argon2idRuntime } = await import("${SOURCE}/argon2id/argon2id-runtime.ts");
    const masked = (bytes) => Buffer.from(bytes.map((byte) => byte ^ 0x55)).toString("hex");`;
  const wait = "await new Promise((resolve) => setTimeout(resolve, 60_000));";
  const child = Bun.spawn([process.execPath, "-e", `${prelude}\n${script}\n${wait}`], {
    stdout: "pipe",
    env: { PASSPHRASE },
  });
  try {
    const { value } = await child.stdout.getReader().read();
    return needlesOf(Buffer.from(value ?? []).toString()).map((needle) => timesInMemory(child.pid, needle));
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
}

const unmasked = (hex: string): Uint8Array => Buffer.from(hex.trim(), "hex").map((byte) => byte ^ 0x55);

test("random bytes are gone when they were overwritten, though their buffer was used", async () => {
  const script = `
    const bytes = randomBytes(32);
    const copy = masked(bytes);
    bytes.buffer;
    bytes.subarray(1);
    wipe(bytes);
    console.log(copy);`;
  expect(await searchAfter(script, (printed) => [unmasked(printed)])).toEqual([0]);
});

test("bytes of a library are gone when the copy of them was overwritten", async () => {
  const script = `
    const theirs = new Uint8Array(40);
    for (let at = 0; at < 40; at++) theirs[at] = (Math.random() * 256) | 0;
    const known = masked(theirs);
    const copy = takeBytes(theirs);
    copy.buffer;
    wipe(copy);
    console.log(known);`;
  expect(await searchAfter(script, (printed) => [unmasked(printed)])).toEqual([0]);
});

test.each([
  ["Argon2id", CHEAP],
  ["the hash alone", { kind: "raw" } as const],
])(
  "a key that was derived by %s is only in the library, and nothing of what it was derived from",
  async (_, derivation) => {
    const script = `
    globalThis.kept = deriveCustodianKey("name", process.env.PASSPHRASE, new Uint8Array(8).fill(7), ${JSON.stringify(derivation)});
    console.log("derived");`;
    const name = Buffer.from("name");
    const input = Buffer.concat([Buffer.from(PASSPHRASE), SALT, name]);
    const key = deriveCustodianKey("name", PASSPHRASE, SALT, derivation).bytes();
    const valet = sha512(input);
    const [inputs, halves, keys] = await searchAfter(script, () => [input, valet.subarray(32), key]);
    expect([inputs, keys]).toEqual([0, 1]);
    // The libraries of Argon2id do not overwrite their own copy of the hash.
    expect(halves).toBeLessThanOrEqual(derivation === CHEAP ? 1 : 0);
  },
);
