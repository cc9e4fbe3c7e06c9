import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KeyFile } from "../../../src/store/key-file.ts";
import { isProof } from "../../../src/store/trust/proof.ts";
import { GIT_IDENTITY } from "../../support/git-identity.ts";
import { pprotect, type Result, runProgram } from "../../support/run.ts";
import { emptyFolder, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { ALICE, BOB, sampleStore } from "../../support/stores.ts";

/** A store and a user of it, whose accepted keys are in a state directory of their own. */
export interface TrustSandbox extends Sandbox {
  readonly state: string;
  /** Runs the binary as the user of this state directory. */
  run(
    args: readonly string[],
    options?: { input?: string; env?: Readonly<Record<string, string>> },
  ): Promise<Result>;
  as(name: "alice" | "bob", ...args: readonly string[]): Promise<Result>;
  git(...args: readonly string[]): Promise<Result>;
  /** Writes the store as somebody else does, past every check. */
  put(store: KeyFile): void;
  /** The texts of all pin files. */
  pins(): string[];
}

export function trustSandbox(store: KeyFile = sampleStore(), state = emptyFolder()): TrustSandbox {
  const box = sandbox(store.toString());
  const run: TrustSandbox["run"] = (args, { input, env } = {}) =>
    pprotect(args, {
      cwd: box.folder,
      env: { ...GIT_IDENTITY, XDG_STATE_HOME: state, ...env },
      ...(input === undefined ? {} : { input }),
    });
  const people = {
    alice: ["-u", ALICE.name, "--passphrase-file", box.alice],
    bob: ["-u", BOB.name, "--passphrase-file", box.bob],
  };
  return {
    ...box,
    state,
    run,
    as: (name, ...args) => run([...args, ...people[name]]),
    git: (...args) => runProgram(["git", ...args], { cwd: box.folder, env: GIT_IDENTITY }),
    put: (changed) => {
      box.write("protected.yaml", changed.toString());
    },
    pins: () => pinFiles(state).map((file) => readFileSync(file, "utf8")),
  };
}

/** The files of accepted keys in a state directory. */
export function pinFiles(state: string): string[] {
  try {
    const directory = join(state, "pprotect/pins");
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
}

/** A store as a program without proofs leaves it. */
export function withoutProofs({ data }: KeyFile): KeyFile {
  return KeyFile.from({ ...data, auditLog: data.auditLog.filter((entry) => !isProof(entry)) });
}
