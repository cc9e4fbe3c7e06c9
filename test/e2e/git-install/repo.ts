import { expect } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pprotect, type Result, runProgram } from "../../support/run.ts";
import { emptyFolder } from "../../support/sandbox.ts";

/** What `git install` writes into .gitattributes for a store at the root. */
export const LINE = "protected.yaml merge=pprotect diff=pprotect\n";

/** Says how it was called, into the file that `CALLS` names; its status is `STATUS`. */
const STUB = `#!/bin/sh
for each in pprotect "$@"; do printf '<%s>' "$each" >>"$CALLS"; done
echo >>"$CALLS"
exit "\${STATUS:-0}"
`;

/** A repository, with a stub of pprotect on its PATH that notes its calls. */
export class Repo {
  readonly bin = emptyFolder();
  readonly calls = join(this.bin, "calls");

  constructor(readonly root: string) {
    this.write(join(this.bin, "pprotect"), STUB, 0o755);
  }

  static async create(name = "repo"): Promise<Repo> {
    const repo = new Repo(join(emptyFolder(), name));
    mkdirSync(repo.root);
    await repo.git("init", "-q", "-b", "main");
    await repo.git("config", "user.name", "Alice");
    await repo.git("config", "user.email", "alice@example.com");
    repo.write("protected.yaml", "a: 1\n");
    return repo;
  }

  at(root: string): Repo {
    return new Repo(root);
  }

  env(extra: Record<string, string> = {}): Record<string, string> {
    return {
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      PATH: `${this.bin}:${process.env.PATH}`,
      CALLS: this.calls,
      ...extra,
    };
  }

  async git(...args: string[]): Promise<string> {
    const result = await this.tryGit(args);
    if (result.status !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr}`);
    return result.stdout;
  }

  tryGit(args: string[], extra: Record<string, string> = {}, input = ""): Promise<Result> {
    return runProgram(["git", ...args], { cwd: this.root, env: this.env(extra), input });
  }

  run(command: string, ...args: string[]): Promise<Result> {
    return pprotect(["git", command, ...args], { cwd: this.root, env: this.env() });
  }

  async succeeds(command: string, ...args: string[]): Promise<Result> {
    const result = await this.run(command, ...args);
    expect(result.stderr + result.stdout).not.toContain("pprotect: ");
    expect(result.status).toBe(0);
    return result;
  }

  commit(extra: Record<string, string> = {}): Promise<Result> {
    return this.tryGit(["commit", "-q", "--allow-empty", "-m", "x"], extra);
  }

  /** How the stub and the hooks were called, since the last time. */
  called(): string {
    if (!existsSync(this.calls)) return "";
    const text = readFileSync(this.calls, "utf8");
    writeFileSync(this.calls, "");
    return text;
  }

  path(name: string): string {
    return join(this.root, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  write(name: string, text: string, mode = 0o644): void {
    const path = name.startsWith("/") ? name : this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
  }

  /** Every file with its content, mode and target. */
  snapshot(): Record<string, string> {
    const entries = readdirSync(this.root, { recursive: true, withFileTypes: true });
    return Object.fromEntries(
      entries.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        if (entry.isDirectory()) return [path, "folder"];
        if (entry.isSymbolicLink()) return [path, `-> ${readlinkSync(path)}`];
        return [path, `${statSync(path).mode.toString(8)} ${readFileSync(path, "latin1")}`];
      }),
    );
  }
}
