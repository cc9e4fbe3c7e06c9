import { dirname } from "node:path";
import { binary } from "./binary.ts";

/** What a process left behind. */
export interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Uint8Array;
}

export interface RunOptions {
  readonly cwd: string;
  /** Standard input; left out, it is empty. */
  readonly input?: string | Uint8Array;
  /** Added to an environment that has nothing but PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
}

/** An environment without anything of the machine that the tests run on. */
export function cleanEnvironment(
  cwd: string,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  // With pprotect in it, as where it is installed: `git install` checks that.
  return { PATH: `${process.env.PATH ?? "/usr/bin:/bin"}:${dirname(binary())}`, HOME: cwd, ...extra };
}

/** Runs the compiled binary to its end. */
export async function pprotect(args: readonly string[], options: RunOptions): Promise<Result> {
  return runProgram([binary(), ...args], options);
}

/** Runs any program to its end. */
export async function runProgram(
  command: readonly string[],
  { cwd, input = "", env }: RunOptions,
): Promise<Result> {
  const child = Bun.spawn([...command], {
    cwd,
    env: cleanEnvironment(cwd, env),
    stdin: typeof input === "string" ? Buffer.from(input) : input,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, stderr, status] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, stdout: Buffer.from(out).toString("utf8"), stderr, bytes: out };
}
