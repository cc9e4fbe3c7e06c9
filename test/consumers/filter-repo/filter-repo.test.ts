import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { KeyFile } from "../../../src/store/key-file.ts";
import { binary } from "../../support/binary.ts";
import { GIT_IDENTITY } from "../../support/git-identity.ts";
import { needs } from "../../support/programs.ts";
import { type Result, runProgram } from "../../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { ALICE, CHEAP, NOW } from "../../support/stores.ts";

afterAll(removeFolders);

/** With what the format of git-filter-repo's expressions gives a meaning to, and what a regular expression does. */
const VALUE = "regex:#q8Jd==>92k.Q\\x41 ü";
const NEXT = "next-Zx81mPq-value";

const PATH = [resolve(import.meta.dir, "venv/bin"), dirname(binary()), process.env.PATH].join(":");

function run(cwd: string, command: readonly string[], input = ""): Promise<Result> {
  const env = {
    ...GIT_IDENTITY,
    ...{ GIT_ALLOW_PROTOCOL: "file", PATH, V: VALUE },
    ...{ PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase },
  };
  return runProgram(command, { cwd, input, env });
}

async function shell(cwd: string, script: string, input?: string): Promise<string> {
  const { status, stdout, stderr } = await run(cwd, ["sh", "-euc", script], input);
  if (status !== 0) throw new Error(`${script}: ${stderr}${stdout}`);
  return stdout;
}

async function repository(): Promise<Sandbox> {
  const file = KeyFile.create(NOW).addCustodian(ALICE, CHEAP, NOW).addDomain("prod", ALICE.name, NOW);
  const box = sandbox(file.addSecret("prod", "token", VALUE, NOW).toString());
  box.write(".gitignore", "*.pw\n.local\n");
  await shell(box.folder, "git init -q -b main && git add -A && git commit -q -m store");
  return box;
}

/** Commands of the plan, as they are printed. */
async function planned(box: Sandbox, what = ["prod/token"], value = ""): Promise<readonly string[]> {
  const { status, stdout, stderr } = await run(box.folder, [binary(), "leak", ...what, "--plan"], value);
  expect({ status, isShown: (stdout + stderr).includes(value || VALUE) }).toEqual({
    status: 1,
    isShown: false,
  });
  return [...stdout.matchAll(/^ {3}\$ (.*)$/gm)].map(([, command = ""]) => command);
}

/** Does what the plan says, in one shell, to the last command, which fails where something is left. */
async function followPlan(box: Sandbox): Promise<string> {
  const commands = await planned(box);
  const [, expressions = ""] = /--replace-text (\S+)/.exec(commands.join("\n")) ?? [];
  expect(existsSync(expressions)).toBe(true);
  const output = await shell(box.folder, `${commands.join("\n")}\npwd`, NEXT);
  expect([existsSync(expressions), existsSync(dirname(expressions))]).toEqual([false, false]);
  return output.trim().split("\n").at(-1) ?? "";
}

/** Every place in a history that has something to rewrite, each in a commit of its own. */
const HISTORY = [
  `printf 'a\\ntoken=%s\\nb\\n' "$V" >plain && git add plain && git commit -q -m plain`,
  `printf '%s' "$V$V$V$V" | base64 -w 30 >encoded && git add encoded && git commit -q -m encoded`,
  `printf 'PK\\0%s' "$V" >binary && git add binary && git commit -q -m binary`,
  `echo a >b && git add b && git commit -q -m "It is $V, so"`,
  `echo a >"name $V" && git add -A && git commit -q -m name`,
  `git checkout -q -b other && printf '%s' "$V" >gone && git add gone && git commit -q -m gone && git rm -q gone && git commit -q -m later && git checkout -q main`,
  `git tag -a -m "It is $V" v1`,
].join("\n");

describe.if(needs("git-filter-repo"))("what leak --plan prints, done as it is printed,", () => {
  test("removes a value that was pushed from the remote, and a new clone is clean", async () => {
    const box = await repository();
    const remote = `../${basename(box.folder)}.git`;
    await shell(
      box.folder,
      `git init -q -b main --bare ${remote} && git remote add origin ${remote}\n${HISTORY}\ngit push -q --set-upstream origin --all && git push -q --tags`,
    );
    const clone = await followPlan(box);
    expect(clone).toBe(`${box.folder}-new`);
    const text = await shell(
      clone,
      "cat plain encoded; git log --all --format=%s%n%b; git ls-files; git cat-file -p v1",
    );
    expect(text).toContain("token=***REMOVED***\n");
    expect(text).toContain("It is ***REMOVED***, so\n");
    expect(text).toContain("name REMOVED\n");
    const opened = await run(clone, [binary(), "get", "prod/token"]);
    expect(opened.stdout.trim()).toBe(NEXT);
    expect(existsSync(`${box.folder}-rewrite`)).toBe(false);
  });

  test("removes a value that only this clone has, also from stashes and notes", async () => {
    const box = await repository();
    await shell(
      box.folder,
      `${HISTORY}\ngit notes add -m "$V"\necho "$V" >>plain && git stash -q\necho "$V" >>plain && git add plain && git reset -q --hard`,
    );
    expect(await followPlan(box)).toBe(box.folder);
    const notes = await shell(box.folder, "git notes list | cut -d' ' -f1 | git cat-file --batch");
    expect(notes).toContain("***REMOVED***");
  });

  test("leaves what was pushed without the value as it is", async () => {
    const box = await repository();
    const remote = `../${basename(box.folder)}.git`;
    await shell(
      box.folder,
      `git init -q -b main --bare ${remote} && git remote add origin ${remote} && git push -q --set-upstream origin main`,
    );
    const before = await shell(box.folder, "git rev-parse origin/main");
    await shell(box.folder, `printf '%s' "$V" >a && git add a && git commit -q -m a`);
    await followPlan(box);
    const after = await shell(
      box.folder,
      "git rev-parse origin/main; git merge-base main origin/main; cat a",
    );
    expect(after).toBe(`${before}${before}***REMOVED***`);
  });

  test("removes a value of several lines that is in no store, with each kind of line end", async () => {
    const box = await repository();
    const value = "first line 7x\nglob:second==>8y\n  third #9z";
    box.write("a", `a\n${value}\nb\n`);
    box.write("b", `a\r\n${value.replaceAll("\n", "\r\n")}\r\nb\r\n`);
    await shell(box.folder, "git add a b && git commit -q -m a");
    const commands = await planned(box, ["--value-file", "-"], value);
    await shell(box.folder, commands.join("\n"), value);
    expect(await shell(box.folder, "cat a b")).toBe("a\n***REMOVED***\nb\na\r\n***REMOVED***\r\nb\r\n");
  });

  test("loses no change that is not committed", async () => {
    const box = await repository();
    await shell(
      box.folder,
      `printf '%s' "$V" >a && git add a && git commit -q -m a && echo work >>.gitignore`,
    );
    const commands = await planned(box);
    const rewrite = commands.find((command) => command.includes("filter-repo")) ?? "";
    const { status } = await run(box.folder, ["sh", "-c", rewrite]);
    expect([status, await shell(box.folder, "tail -1 .gitignore")]).toEqual([1, "work\n"]);
    await run(box.folder, ["sh", "-c", commands.find((command) => command.startsWith("rm -r /")) ?? ""]);
  });
});
