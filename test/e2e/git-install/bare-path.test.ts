import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { tokenLine } from "../../git/guard/guard-repository.ts";
import { binary } from "../../support/binary.ts";
import { type Result, runProgram } from "../../support/run.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { Repo } from "./repo.ts";

afterAll(removeFolders);

/** `dist`, or the home of the user where others could write a directory above that. */
const PRIVATE = [resolve(import.meta.dir, "../../../dist"), homedir()].find((path) => !isOpen(path));

function isOpen(path: string): boolean {
  return (statSync(path).mode & 0o002) !== 0 || (dirname(path) !== path && isOpen(dirname(path)));
}

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A directory that only this user can write, unlike any below the one for temporary files. */
function privateFolder(): string {
  const folder = mkdtempSync(join(PRIVATE ?? "", "pprotect-bare-path-"));
  made.push(folder);
  return folder;
}

/** A copy of the binary in a directory. @returns its path */
function installedIn(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "pprotect");
  copyFileSync(binary(), path);
  return path;
}

/** The PATH of a graphical program. */
const BARE = "/usr/bin:/bin";

/** Runs git with {@link BARE} and the real guard. */
function git(repo: Repo, ...args: string[]): Promise<Result> {
  return repo.tryGit(args, { PATH: BARE });
}

/** Runs `git install` by this copy of the binary. */
function install(repo: Repo, program: string, path = BARE): Promise<Result> {
  return runProgram([program, "git", "install"], { cwd: repo.root, env: repo.env({ PATH: path }) });
}

/** A token of the form of GitHub's, which the guard finds. */
const LEAK = `${tokenLine()}\n`;

async function repository(): Promise<Repo> {
  const repo = await Repo.create();
  await repo.git("rm", "-q", "--cached", "-f", "--ignore-unmatch", "protected.yaml");
  rmSync(repo.path("protected.yaml"));
  return repo;
}

describe("with the PATH of a graphical program", () => {
  test("the hook, the merge driver and diffs run the recorded program", async () => {
    const repo = await repository();
    const program = installedIn(privateFolder());
    const installed = await install(repo, program);
    expect([installed.status, installed.stderr]).toEqual([
      0,
      expect.stringContaining(`pprotect is not in your PATH, so git runs ${program}; after an update`),
    ]);
    repo.write("leak.txt", LEAK);
    await repo.git("add", ".");
    const refused = await git(repo, "commit", "-q", "-m", "leak");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/^leak\.txt:1: /m);
    const driver = await repo.git("config", "merge.pprotect.driver");
    const merged = await runProgram(["sh", "-c", driver.replace(/%./g, "none")], {
      cwd: repo.root,
      env: { PATH: BARE },
    });
    expect(merged.stderr).not.toContain("not found in PATH");
    const textconv = (await repo.git("config", "diff.pprotect.textconv")).trim();
    const shown = await runProgram(["sh", "-c", `${textconv} "$@"`, textconv, "leak.txt"], {
      cwd: repo.root,
      env: { PATH: BARE },
    });
    expect(shown.stderr).not.toContain("not found in PATH");
  });

  test("a file with another content is not run, though path, size and times are the same", async () => {
    const repo = await repository();
    const folder = privateFolder();
    const program = installedIn(folder);
    await install(repo, program);
    const before = await runProgram(["stat", "-c", "%s %y", program], { cwd: folder });
    // In place: the inode is the same too.
    await runProgram(
      [
        "sh",
        "-c",
        'touch -r "$1" stamp; printf x | dd of="$1" bs=1 seek=4096 conv=notrunc 2>&1; touch -r stamp "$1"',
        "-",
        program,
      ],
      { cwd: folder },
    );
    expect(await runProgram(["stat", "-c", "%s %y", program], { cwd: folder })).toMatchObject({
      stdout: before.stdout,
    });
    const refused = await git(repo, "commit", "-q", "--allow-empty", "-m", "x");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`${program} is not the file that \`pprotect git install\` recorded`);
    const status = await runProgram([binary(), "git", "status"], { cwd: repo.root, env: repo.env() });
    expect(status.stdout).toMatch(/^stale {6}program without PATH /m);
    appendFileSync(join(repo.bin, "pprotect"), "");
    expect((await repo.commit()).status).toBe(0);
  });

  test("a program that another user could replace is not recorded", async () => {
    const repo = await repository();
    const folder = privateFolder();
    const program = installedIn(join(folder, "open/bin"));
    await runProgram(["chmod", "o+w", join(folder, "open")], { cwd: folder });
    const installed = await install(repo, program);
    expect(installed.status).toBe(1);
    expect(installed.stderr).toContain("pprotect is not in your PATH, so git would refuse every commit");
    expect((await repo.tryGit(["config", "pprotect.path"])).status).toBe(1);
  });

  test("what only npm has in PATH is recorded, with what to do after an update", async () => {
    const repo = await repository();
    const bin = join(privateFolder(), "node_modules/.bin");
    const program = installedIn(bin);
    const installed = await install(repo, program, `${bin}:${BARE}`);
    expect(installed.status).toBe(0);
    expect(installed.stderr).toContain(
      `only npm and npx find pprotect in PATH, so git runs ${program}; after an update of it, run \`npx pprotect git install\` again`,
    );
    expect((await git(repo, "commit", "-q", "--allow-empty", "-m", "x")).status).toBe(0);
    const again = await install(repo, program, `${bin}:${BARE}`);
    expect(again.stderr).toContain("nothing changed");
  });

  test("of npx's cache, it is said that npx may remove it", async () => {
    const repo = await repository();
    const bin = join(privateFolder(), "_npx/1a2b/node_modules/.bin");
    const installed = await install(repo, installedIn(bin), `${bin}:${BARE}`);
    expect(installed.stderr).toContain(
      "which npx may remove: install pprotect with `npm install --global pprotect`",
    );
  });
});
