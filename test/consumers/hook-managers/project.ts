import { expect } from "bun:test";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { tokenLine } from "../../git/guard/guard-repository.ts";
import { binary } from "../../support/binary.ts";
import { GIT_IDENTITY } from "../../support/git-identity.ts";
import { type Result, runProgram } from "../../support/run.ts";
import { emptyFolder } from "../../support/sandbox.ts";

/** Where test/consumers/hook-managers/install puts the programs. */
export const INSTALLED = import.meta.dir;
export const MODULES = join(INSTALLED, "node_modules");
const ROOT = resolve(INSTALLED, "../../..");

/** A line with a token of the form of GitHub's, which the guard refuses. */
export const LEAK = `${tokenLine()}\n`;

let cache: string | undefined;

/** Where pre-commit keeps the repositories of hooks that it has cloned: as users have it, one for all projects. */
function cacheDirectory(): string {
  cache ??= join(emptyFolder(), "cache");
  return cache;
}

let withPprotect: string | undefined;

/** A directory for PATH that has pprotect. */
function pprotectDirectory(): string {
  withPprotect ??= emptyFolder();
  if (!existsSync(join(withPprotect, "pprotect"))) symlinkSync(binary(), join(withPprotect, "pprotect"));
  return withPprotect;
}

/** A repository, with the real pprotect and the real hook managers. */
export class Project {
  constructor(
    readonly root: string,
    /** Whether PATH has pprotect. */
    readonly hasPprotect = true,
  ) {}

  static async create(files: Readonly<Record<string, string>> = {}): Promise<Project> {
    const project = new Project(emptyFolder());
    await project.git("init", "-q", "-b", "main");
    for (const [name, text] of Object.entries(files)) project.write(name, text);
    return project;
  }

  /** The clone of a colleague. */
  async clone(hasPprotect: boolean): Promise<Project> {
    const folder = emptyFolder();
    await this.git("clone", "-q", this.root, folder);
    return new Project(folder, hasPprotect);
  }

  /** Runs a program in the repository. */
  run(command: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<Result> {
    const path = [
      ...(this.hasPprotect ? [pprotectDirectory()] : []),
      join(MODULES, ".bin"),
      process.env.PATH ?? "",
    ];
    const env = {
      ...GIT_IDENTITY,
      PATH: path.join(":"),
      // husky 4 asks npm for these.
      INIT_CWD: this.root,
      npm_config_user_agent: "npm/10.0.0 node/v20.0.0",
      XDG_CACHE_HOME: cacheDirectory(),
      ...extra,
    };
    return runProgram(command, { cwd: this.root, env });
  }

  async must(...command: string[]): Promise<Result> {
    const result = await this.run(command);
    if (result.status !== 0) throw new Error(`${command.join(" ")}: ${result.stderr}${result.stdout}`);
    return result;
  }

  async git(...args: string[]): Promise<string> {
    return (await this.must("git", ...args)).stdout;
  }

  /** Runs `pprotect git COMMAND`. */
  pprotect(command: string, ...args: string[]): Promise<Result> {
    return this.run([binary(), "git", command, ...args]);
  }

  /** Stages everything and commits it. */
  async commit(message = "x"): Promise<Result> {
    await this.git("add", "-A");
    return this.run(["git", "commit", "-q", "--allow-empty", "-m", message]);
  }

  /** Commits everything past the hooks. */
  async force(message = "x"): Promise<void> {
    await this.git("add", "-A");
    await this.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message);
  }

  write(name: string, text: string, mode = 0o644): void {
    const path = this.path(name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text, { mode });
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  exists(name: string): boolean {
    return existsSync(this.path(name));
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** The guard refuses a leak, and lets a commit without one pass. */
  async expectGuarded(): Promise<void> {
    this.write("leak.txt", LEAK);
    const refused = await this.commit("leak");
    expect(refused.stderr + refused.stdout).toMatch(/^leak\.txt:1: /m);
    expect(refused.status).not.toBe(0);
    await this.git("rm", "-q", "-f", "leak.txt");
    const passed = await this.commit("no leak");
    expect([passed.status, passed.stderr]).toEqual([0, expect.anything()]);
  }

  async expectStatus(state: "installed" | "missing" | "stale"): Promise<string> {
    const { stdout } = await this.pprotect("status");
    const line = stdout.split("\n").find((each) => each.includes("pre-commit hook")) ?? "";
    expect(line).toStartWith(state);
    return line;
  }
}

/** Makes a repository with our `.pre-commit-hooks.yaml`, as the pre-commit framework clones it. @returns its commit */
export async function publishHooks(project: Project): Promise<string> {
  await runProgram(["cp", "-r", join(ROOT, "hooks"), join(ROOT, ".pre-commit-hooks.yaml"), project.root], {
    cwd: ROOT,
  });
  await project.force("hooks");
  return (await project.git("rev-parse", "HEAD")).trim();
}
