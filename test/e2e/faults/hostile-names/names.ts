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
  // Longer than a pipe holds, and than one argument of a program may be.
  ["a quarter of a megabyte", "x".repeat(1 << 18)],
  ["many escapes", "\x1b[2J".repeat(1 << 13)],
];

/** Those that say most by being long, and all others together. */
export const GROUPS: readonly (readonly [what: string, names: readonly string[]])[] = [
  ["short names", NAMES.map(([, name]) => name).filter((name) => name.length < 1000)],
  ...NAMES.filter(([, name]) => name.length >= 1000).map(([what, name]) => [what, [name]] as const),
];

/** ms for the tests of one name: what git does with the longest takes seconds, and a minute on a busy machine. */
export const PATIENCE_MS = 300_000;

/** What a terminal would obey, or show as something else: nothing of it may be printed. */
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

export function expectSafe(what: readonly string[], { stdout, stderr }: Result): void {
  const [found] = OBEYED.exec(stdout + stderr) ?? [];
  expect([what, found]).toEqual([what, undefined]);
  expect(stderr).not.toContain("internal error");
  expect(stderr).not.toMatch(/^\s+at /m);
}

/** A store with a domain and a custodian of each name, beside those of the sample. */
export function hostileStore(...names: readonly string[]): KeyFile {
  const sample = sampleStore();
  const { domains, custodians, auditLog } = sample.data;
  const pwdkm = custodians.get(BOB.name) ?? "";
  const hostile = names.map((name): [string, Domain] => {
    // Rotated, because no two domains may have one key.
    const dev = sample.rotateDomainKey("dev", unlocked(sample, ALICE)).data.domains.get("dev") as Domain;
    const owners = new Map([...dev.owners, [name, dev.owners.get(BOB.name) ?? ""]]);
    return [name, { ...dev, owners }];
  });
  return KeyFile.from({
    domains: new Map([...domains, ...hostile]),
    custodians: new Map([...custodians, ...names.map((name): [string, string] => [name, pwdkm])]),
    auditLog: [
      ...auditLog,
      ...names.map((name) => `2026-01-01T00:00:00Z -- created domain ${name} with owner ${name}`),
    ],
  });
}

/** The credentials of {@link ALICE}. */
export const ENV = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
