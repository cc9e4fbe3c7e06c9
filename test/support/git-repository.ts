import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { binary } from "./binary.ts";
import { GIT_IDENTITY } from "./git-identity.ts";
import { type Result, runProgram } from "./run.ts";
import { emptyFolder } from "./sandbox.ts";

/** A real repository that knows nothing of this machine's configuration. */
export interface TestRepository {
  readonly folder: string;
  /** Runs git. */
  git(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    input?: string | Uint8Array,
  ): Promise<Result>;
  /** Runs git and fails unless it exits with 0. */
  must(...args: readonly string[]): Promise<string>;
  /** Runs the binary. */
  pprotect(args: readonly string[], env?: Readonly<Record<string, string>>, input?: string): Promise<Result>;
  write(path: string, content: string | Uint8Array): void;
  /** Writes `protected.yaml` and commits everything. */
  commitStore(content: string | Uint8Array, message: string): Promise<void>;
}

/** A new repository whose stores merge by `pprotect git merge-driver`. */
export async function mergeRepository(): Promise<TestRepository> {
  const folder = emptyFolder();
  const git: TestRepository["git"] = (args, env = {}, input = "") =>
    runProgram(["git", ...args], { cwd: folder, env: { ...GIT_IDENTITY, ...env }, input });
  const must = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await git(args);
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  await must("init", "-q", "-b", "main");
  await must("config", "merge.pprotect.driver", `'${binary()}' git merge-driver %O %A %B %L %P`);
  // In info/attributes it holds for merge-tree too, which has no work tree of its own.
  write(".git/info/attributes", "protected.yaml merge=pprotect\n");
  return {
    folder,
    git,
    must,
    write,
    pprotect: (args, env = {}, input = "") =>
      runProgram([binary(), ...args], { cwd: folder, env: { ...GIT_IDENTITY, ...env }, input }),
    async commitStore(content, message) {
      write("protected.yaml", content);
      await must("add", "-A");
      await must("commit", "-q", "--allow-empty", "-m", message);
    },
  };
}
