import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { binary } from "../../../support/binary.ts";
import { GIT_IDENTITY } from "../../../support/git-identity.ts";
import { type Result, runProgram } from "../../../support/run.ts";
import { emptyFolder } from "../../../support/sandbox.ts";

/** A clone and the bare repository that it pushes to. */
export interface Remotes {
  readonly clone: string;
  readonly server: string;
  git(...args: readonly string[]): Promise<Result>;
  /** Runs git in the clone. @throws when it fails */
  must(...args: readonly string[]): Promise<string>;
  onServer(...args: readonly string[]): Promise<string>;
  write(path: string, text: string | Uint8Array): void;
  /** Commits everything, past all hooks. @returns the short id */
  commit(message?: string): Promise<string>;
  /** Writes a hook that runs pprotect alone. */
  hook(where: "clone" | "server", name: string, line?: string): void;
}

/** @param options of `git init` for both, such as `--object-format=sha256` */
export async function remotes(...options: readonly string[]): Promise<Remotes> {
  const folder = emptyFolder();
  const clone = join(folder, "clone");
  const server = join(folder, "server.git");
  const run = (cwd: string, args: readonly string[]) =>
    runProgram(["git", ...args], { cwd, env: GIT_IDENTITY });
  const must = async (cwd: string, args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await run(cwd, args);
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}${stdout}`);
    return stdout;
  };
  const write = (path: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  await must(folder, ["init", "-q", "-b", "main", ...options, clone]);
  await must(folder, ["init", "-q", "--bare", "-b", "main", ...options, server]);
  await must(clone, ["remote", "add", "origin", server]);
  return {
    clone,
    server,
    git: (...args) => run(clone, args),
    must: (...args) => must(clone, args),
    onServer: (...args) => must(server, args),
    write: (path, text) => write(join(clone, path), text),
    async commit(message = "change") {
      await must(clone, ["add", "-A"]);
      await must(clone, ["commit", "-q", "--no-verify", "--allow-empty", "-m", message]);
      return (await must(clone, ["rev-parse", "--short", "HEAD"])).trim();
    },
    hook(where, name, line = `exec '${binary()}' git ${name} "$@"`) {
      const path = join(where === "clone" ? join(clone, ".git") : server, "hooks", name);
      write(path, `#!/bin/sh\n${line}\n`);
      chmodSync(path, 0o755);
    },
  };
}

/** What a remote said, without the prefix that git puts before each line. */
export function remoteLines({ stderr }: Result): string[] {
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("remote: "))
    .map((line) => line.slice("remote: ".length).trimEnd());
}
