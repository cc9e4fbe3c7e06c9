import { expect } from "bun:test";
import { KeyFile } from "../../../../src/store/key-file.ts";
import type { Domain } from "../../../../src/store/store-data.ts";
import type { Result } from "../../../support/run.ts";
import { ALICE, BOB, sampleStore, unlocked } from "../../../support/stores.ts";

/** Names of domains and custodians as a file may have them, though no command would make them. */
export const NAMES: readonly (readonly [what: string, name: string])[] = [
  ["a terminal's escapes", "\x1b[2J\x1b]0;owned\x07\x1b[1A"],
  ["the same in one byte", "\x9b2J\x9d0;owned\x9c"],
  ["a bidirectional override", "\u202eyxorp\u2066\u200f"],
  ["what cannot be seen", "pr\u200bod\u00ad\ufeff"],
  ["lines", "dev\nprod: ok\r\nStaged.\u2028\u2029\u0085"],
  ["a return to the line's start", "x\rpprotect: all is well"],
  ["nothing", ""],
  ["__proto__", "__proto__"],
  ["constructor", "constructor"],
  ["hasOwnProperty", "hasOwnProperty"],
  ["toString", "toString"],
  ["an option", "--help"],
  ["a program for the shell", "$(touch owned)`touch owned`; touch owned"],
  ["a format", "%s%n{0}\\x1b[2J\\n"],
  ["a path", "../../../../../etc/passwd\0"],
  ["one megabyte", "x".repeat(1 << 20)],
  ["many escapes", "\x1b[2J".repeat(1 << 13)],
];

/** ms for the tests of one name: what git does with a megabyte takes ten seconds, and a minute on a busy machine. */
export const PATIENCE_MS = 300_000;

/** What a terminal would obey, or show as something else: nothing of it may be printed. */
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

export function expectSafe(what: readonly string[], { stdout, stderr }: Result): void {
  const [found] = OBEYED.exec(stdout + stderr) ?? [];
  expect([what, found]).toEqual([what, undefined]);
  expect(stderr).not.toContain("internal error");
  expect(stderr).not.toMatch(/^\s+at /m);
}

/** A store with a domain and a custodian of one name, beside those of the sample. */
export function hostileStore(name: string): KeyFile {
  const sample = sampleStore();
  const { domains, custodians, auditLog } = sample.data;
  // Rotated, because no two domains may have one key.
  const dev = sample.rotateDomainKey("dev", unlocked(sample, ALICE)).data.domains.get("dev") as Domain;
  const pwdkm = custodians.get(BOB.name) ?? "";
  const owners = new Map([...dev.owners, [name, dev.owners.get(BOB.name) ?? ""]]);
  return KeyFile.from({
    domains: new Map([...domains, [name, { ...dev, owners }]]),
    custodians: new Map([...custodians, [name, pwdkm]]),
    auditLog: [...auditLog, `2026-01-01T00:00:00Z -- created domain ${name} with owner ${name}`],
  });
}

/** The credentials of {@link ALICE}. */
export const ENV = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
