import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { binary } from "../../support/binary.ts";
import { GIT_IDENTITY } from "../../support/git-identity.ts";
import { type Result, runProgram } from "../../support/run.ts";
import { emptyFolder } from "../../support/sandbox.ts";

/** A real repository whose pre-commit hook is the compiled binary. */
export interface GuardedRepository {
  readonly folder: string;
  git(...args: readonly string[]): Promise<Result>;
  /** Runs git. @throws when it fails */
  must(...args: readonly string[]): Promise<string>;
  pprotect(...args: readonly string[]): Promise<Result>;
  write(path: string, content: string | Uint8Array): void;
  link(path: string, target: string): void;
  remove(path: string): void;
  /** Stages everything. @returns what `git commit` says with the hook in place */
  commit(message?: string): Promise<Result>;
  /** Commits everything past the hook. @returns the short id */
  force(message?: string): Promise<string>;
}

/** A new repository with the hook installed by hand, so that nothing but the guard is at work. */
export async function guardedRepository(): Promise<GuardedRepository> {
  const folder = emptyFolder();
  const run = (command: readonly string[]) => runProgram(command, { cwd: folder, env: GIT_IDENTITY });
  const must = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await run(["git", ...args]);
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}${stdout}`);
    return stdout;
  };
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  await must("init", "-q", "-b", "main");
  write(".git/hooks/pre-commit", `#!/bin/sh\nexec '${binary()}' git pre-commit\n`);
  chmodSync(join(folder, ".git/hooks/pre-commit"), 0o755);
  return {
    folder,
    git: (...args) => run(["git", ...args]),
    must,
    pprotect: (...args) => run([binary(), ...args]),
    write,
    link: (path, target) => symlinkSync(target, join(folder, path)),
    remove: (path) => rmSync(join(folder, path)),
    async commit(message = "change") {
      await must("add", "-A");
      return run(["git", "commit", "-q", "-m", message]);
    },
    async force(message = "change") {
      await must("add", "-A");
      await must("commit", "-q", "--no-verify", "--allow-empty", "-m", message);
      return (await must("rev-parse", "--short", "HEAD")).trim();
    },
  };
}

/** A line that holds a provider's token, put together here so that no file of ours has one. */
export function tokenLine(): string {
  return `token = "${["ghp", "_", "x7Kq2mVb9TzR4wLp", "8sNf3HcYd6JgAe1U5oQi"].join("")}"`;
}
