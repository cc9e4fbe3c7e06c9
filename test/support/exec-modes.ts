import { expect } from "bun:test";
import { binary } from "./binary.ts";
import { runProgram } from "./run.ts";
import type { Sandbox } from "./sandbox.ts";
import { ALICE } from "./stores.ts";

/** The credentials of alice. */
export const ENV = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

/** In each of them the program has a process of its own, or takes pprotect's place. */
export const MODES = [
  ["exec --domain prod"],
  ["exec --domain prod --redact"],
  ["exec --domain prod --as-file token"],
  ["exec --domain prod --redact --as-file token"],
  ["exec --domain prod --ttl 1m"],
  ["exec --domain prod --while true --redact"],
  ["unlock prod"],
];

/** @returns a function that runs a line in bash; `$run` before a program runs it with the secrets in a mode */
export function modeRunner(box: Sandbox): (line: string, mode: string) => Promise<string> {
  return async (line, mode) => {
    const run = `'${binary()}' ${mode} --`;
    const command = ["bash", "-c", line.replaceAll("$run", () => run)];
    const { stdout, stderr } = await runProgram(command, { cwd: box.folder, env: ENV });
    expect(stderr).toBe("");
    return stdout;
  };
}
