import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expressionsOf } from "../../src/git/leak/expressions.ts";
import { decodePublicKey, sealValue } from "../../src/store/format/sealed-value.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { binary } from "../support/binary.ts";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { readAnswer } from "../support/output-schema.ts";
import { type Result, runProgram } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB, CHEAP, NOW, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

/** What must never be printed. */
const OLD = "old-8Jd92kQ-value";
const NEW = "new-Zx81mPq-value";

interface Found {
  readonly secret: string | null;
  readonly current: boolean;
  readonly places: readonly { kind: string; path?: string; pushed?: boolean; state?: string }[];
}

function run(box: Sandbox, command: readonly string[], input = ""): Promise<Result> {
  return runProgram(command, {
    cwd: box.folder,
    input,
    env: {
      ...GIT_IDENTITY,
      PPROTECT_USER: ALICE.name,
      PPROTECT_PASSPHRASE: ALICE.passphrase,
      // No lease of a test is to be among the user's own.
      XDG_RUNTIME_DIR: box.folder,
    },
  });
}

async function shell(box: Sandbox, script: string): Promise<void> {
  const { status, stderr } = await run(box, ["sh", "-euc", script]);
  expect({ status, stderr }).toMatchObject({ status: 0 });
}

/** A repository whose store has had two values of `token`. */
async function repository(): Promise<Sandbox> {
  const file = KeyFile.create(NOW).addCustodian(ALICE, CHEAP, NOW).addDomain("prod", ALICE.name, NOW);
  const old = file.addSecret("prod", "token", OLD, NOW).addSecret("prod", "mode", "test", NOW);
  const box = sandbox(old.toString());
  box.write(".gitignore", "*.pw\n.local\n/ignored\n");
  await shell(box, "git init -q -b main && git add -A && git commit -q -m store");
  box.write("protected.yaml", old.updateSecret("prod", "token", NEW, NOW).toString());
  await shell(box, "git commit -q -a -m changed");
  return box;
}

async function leak(box: Sandbox, ...args: readonly string[]) {
  const result = await run(box, [binary(), "leak", "--json", ...args]);
  const answer = readAnswer(result.stdout) as { result: { found: readonly Found[] } };
  for (const value of [OLD, NEW]) expect(result.stdout + result.stderr).not.toContain(value);
  return { status: result.status, stderr: result.stderr, found: answer.result.found };
}

test("a repository without a leak is clean", async () => {
  const box = await repository();
  const { status, found, stderr } = await leak(box);
  expect([status, found]).toEqual([0, []]);
  expect(stderr).toContain("not searched, as too short, a common word or not text: prod/mode");
  expect(stderr).toMatch(/Searched \d+ objects and \d+ files for 2 values\./);
});

describe("a value is found", () => {
  const places: readonly (readonly [where: string, script: string, kind: string])[] = [
    [
      "in a commit, in base64",
      `echo "x=$(printf ${NEW} | base64)" >a && git add a && git commit -q -m a`,
      "commit",
    ],
    [
      "in a commit on another branch, removed since",
      `git checkout -q -b other && echo ${NEW} >a && git add a && git commit -q -m a && git rm -q a && git commit -q -m b && git checkout -q main`,
      "commit",
    ],
    ["in a commit's message", `git commit -q --allow-empty -m 'It is ${NEW}'`, "commit"],
    [
      "in a merge's own change",
      `git checkout -q -b other && git commit -q --allow-empty -m o && git checkout -q main && git merge -q --no-commit --no-ff other && echo ${NEW} >a && git add a && git commit -q -m m`,
      "commit",
    ],
    ["in a tag's message", `git tag -a -m 'It is ${NEW}' v1`, "tag"],
    [
      "in a stash",
      `echo a >a && git add a && git commit -q -m a && echo ${NEW} >a && git stash -q`,
      "commit",
    ],
    ["in a note", `git notes add -m '${NEW}'`, "commit"],
    ["in the index", `echo ${NEW} >a && git add a && rm a`, "index"],
    [
      "in what only the reflog reaches",
      `echo ${NEW} >a && git add a && git commit -q -m a && git reset -q --hard HEAD^`,
      "commit",
    ],
    ["in what nothing reaches", `echo ${NEW} >a && git add a && git reset -q && rm a`, "unreachable"],
    ["in a file's name", `echo a >'${NEW}' && git add -A && git commit -q -m a`, "file name"],
    ["in a changed file", `echo a >a && git add a && git commit -q -m a && echo ${NEW} >a`, "file"],
    [
      "in a changed file that git was told to skip",
      `echo a >a && git add a && git commit -q -m a && git update-index --skip-worktree a && echo ${NEW} >a`,
      "file",
    ],
    ["in git's configuration", `git config remote.x.url https://u:${NEW}@example.com/`, "file"],
    ["in a branch's name", `git branch ${NEW} && git pack-refs --all`, "file"],
    ["in what Git LFS stores", `mkdir -p .git/lfs/objects/aa && echo ${NEW} >.git/lfs/objects/aa/b`, "file"],
    [
      "in the index of another work tree",
      `git worktree add -q ../wi-$$ && cd ../wi-$$ && echo ${NEW} >a && git add a && rm a`,
      "index",
    ],
    [
      "in a commit with a name that looks like another record",
      `n=$(printf 'a\\001b') && echo ${NEW} >"$n" && echo ${NEW} >z && git add -A && git commit -q -m a`,
      "commit",
    ],
    [
      "in names that are printed, which are hidden",
      `git checkout -q -b ${NEW} && echo ${NEW} >${NEW} && git add -A && git commit -q -m a --author '${NEW} <x>' && echo ${NEW} >n-${NEW}`,
      "commit",
    ],
    ["in a new file", `echo ${NEW} >new`, "file"],
    ["in another work tree", `git worktree add -q ../wt-$$ && echo ${NEW} >../wt-$$/new`, "file"],
  ];

  test.each(places)("%s", async (_, script, kind) => {
    const box = await repository();
    await shell(box, script);
    const { status, found } = await leak(box, "prod/token");
    expect([status, found.length, found[0]?.current]).toEqual([1, 1, true]);
    expect(found[0]?.places.map((place) => place.kind)).toContain(kind);
  });
});

test("a former value is found and distinguished from the present one, and ignored files are searched on request", async () => {
  const box = await repository();
  box.write("ignored", NEW);
  await shell(box, `echo ${OLD} >a && git add a && git commit -q -m a`);
  const first = await leak(box);
  expect(first.found.map(({ current }) => current)).toEqual([false]);
  const all = await leak(box, "--verify");
  expect(all.found.map(({ current }) => current)).toEqual([true, false]);
  expect(all.found[0]?.places[0]).toMatchObject({ kind: "file", state: "ignored" });
  await shell(
    box,
    "rm ignored && git reset -q --hard HEAD^ && git reflog expire --expire=now --all && git gc -q --prune=now",
  );
  expect((await leak(box, "--verify")).status).toBe(0);
});

test("a value that cannot be searched is not reported as clean", async () => {
  const { status, stderr } = await run(await repository(), [binary(), "leak", "prod/mode", "--verify"]);
  expect([status === 0, stderr]).toEqual([false, expect.stringContaining("nothing can be searched")]);
});

test("a value that is not text is named, since it was not searched", async () => {
  const { data } = KeyFile.create(NOW).addCustodian(ALICE, CHEAP, NOW).addDomain("prod", ALICE.name, NOW);
  const prod = data.domains.get("prod") as NonNullable<ReturnType<typeof data.domains.get>>;
  const sealed = sealValue(
    Uint8Array.from({ length: 20 }, () => 0xff),
    decodePublicKey(prod.publicKey),
  );
  const domains = new Map([["prod", { ...prod, secrets: new Map([["bytes", sealed]]) }]]);
  const box = sandbox(KeyFile.from({ ...data, domains }).toString());
  await shell(box, "git init -q && git add protected.yaml && git commit -q -m store");
  const { stderr } = await run(box, [binary(), "leak", "--verify"]);
  expect(stderr).toContain("nothing can be searched");
});

test("a file that could not be read is named", async () => {
  const box = await repository();
  await shell(box, "touch \"$(printf 'a\\377')\"");
  const { status, stderr } = await leak(box);
  expect([status, stderr]).toEqual([0, expect.stringContaining("could not be read: 1 file")]);
  expect((await leak(box, "--verify")).status).toBe(1);
});

test("what a remote branch has is pushed", async () => {
  const box = await repository();
  await shell(
    box,
    `echo ${NEW} >a && git add a && git commit -q -m a && git init -q --bare ../r-$$ && git push -q ../r-$$ main && git remote add origin ../r-$$ && git fetch -q`,
  );
  const { found } = await leak(box);
  expect(found[0]?.places[0]).toMatchObject({ kind: "commit", path: "a", pushed: true });
});

test("a value that is in no store is searched without credentials", async () => {
  const box = await repository();
  await shell(box, "echo another-secret-77 >a && git add a && git commit -q -m a");
  const found = await runProgram([binary(), "leak", "--value-file", "-"], {
    cwd: box.folder,
    input: "another-secret-77\n",
  });
  expect([found.status, found.stdout.split("\n")[0]]).toEqual([1, "the value: 1 place"]);
  expect(found.stdout + found.stderr).not.toContain("another-secret-77");
  const none = await runProgram([binary(), "leak", "--value-file", "-"], { cwd: box.folder, input: "" });
  expect([none.status, none.stderr]).toEqual([1, expect.stringContaining("hint: pipe the value in, or")]);
});

test("only secrets that the custodian can open are searched, and a wrong name is an error", async () => {
  const file = KeyFile.create(NOW).addCustodian(ALICE, CHEAP, NOW).addCustodian(BOB, CHEAP, NOW);
  const both = file
    .addDomain("prod", BOB.name, NOW)
    .addSecret("prod", "token", NEW, NOW)
    .addDomain("dev", ALICE.name, NOW);
  expect(unlocked(both, BOB).name).toBe(BOB.name);
  const box = sandbox(both.toString());
  await shell(
    box,
    `git init -q -b main && echo ${NEW} >a && git add -f a protected.yaml && git commit -q -m a`,
  );
  expect(await leak(box)).toMatchObject({ status: 0, found: [] });
  const wrong = await run(box, [binary(), "leak", "prod/tokn"]);
  expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('did you mean "token"?')]);
});

/** What a file has, if it is there. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

describe("--plan", () => {
  test("says what to do in order, with the values for git-filter-repo in a private file", async () => {
    const box = await repository();
    await shell(box, `echo ${NEW} >a && git add a && git commit -q -m a`);
    const { status, stdout } = await run(box, [binary(), "leak", "prod/token", "--plan"]);
    expect([status, stdout]).toEqual([1, expect.not.stringContaining(NEW)]);
    const titles = stdout.match(/^\d\. .*$/gm);
    expect(titles?.[0]).toBe("1. Change the values first");
    const [, path = ""] = /--replace-text (\S+)/.exec(stdout) ?? [];
    try {
      expect(readFileSync(path, "utf8")).toBe(expressionsOf([Buffer.from(NEW)]));
      expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700]);
      // Not the leases of other tests, which are among the temporary files.
      const revoked = await run(box, ["env", `TMPDIR=${box.folder}`, binary(), "revoke", "--all"]);
      expect([revoked.status, existsSync(dirname(path))]).toEqual([0, false]);
    } finally {
      rmSync(dirname(path), { recursive: true, force: true });
    }
  });

  test("writes no file with values where the history has none of them", async () => {
    const box = await repository();
    const memory = existsSync("/dev/shm") ? "/dev/shm" : box.folder;
    const plans = () => readdirSync(memory).filter((name) => name.startsWith("pprotect-"));
    await shell(box, `echo ${NEW} >a && git add a && git reset -q --hard`);
    const before = plans();
    const { status, stdout } = await run(box, [
      "env",
      `TMPDIR=${box.folder}`,
      binary(),
      "leak",
      "prod/token",
      "--plan",
    ]);
    expect([status, stdout]).toEqual([1, expect.stringContaining("which no commit reaches")]);
    expect(stdout).not.toContain("filter-repo");
    // Not the plans of other tests, which have other values, and may be removed at any time.
    const texts = plans()
      .filter((name) => !before.includes(name))
      .map((name) => textOf(join(memory, name, "expressions.txt")));
    expect(texts).not.toContain(expressionsOf([Buffer.from(NEW)]));
  });

  test("says whether git-filter-repo is installed, and starts none from a relative directory", async () => {
    const box = await repository();
    await shell(box, `echo ${NEW} >a && git add a && git commit -q -m a && mkdir old current`);
    const script = (text: string): string => `#!/bin/sh\n>>'${box.path("started")}'\necho '${text}'\n`;
    box.write("git-filter-repo", script("planted --sensitive-data-removal"));
    box.write("old/git-filter-repo", script("usage: --replace-text"));
    box.write("current/git-filter-repo", script("usage: --sensitive-data-removal"));
    await shell(
      box,
      "chmod +x git-filter-repo */git-filter-repo && mkdir tools && ln -s $(command -v git) tools/git",
    );
    const words = async (path: string): Promise<string> => {
      const { stdout } = await runProgram([binary(), "leak", "--value-file", "-", "--plan"], {
        cwd: box.folder,
        input: NEW,
        env: { PATH: `${path}:${box.path("tools")}` },
      });
      rmSync(dirname(/--replace-text (\S+)/.exec(stdout)?.[1] ?? ""), { recursive: true });
      return stdout.replaceAll(/\s+/g, " ");
    };
    expect(await words(".:")).toContain("git-filter-repo is not installed: install 2.47 or later first.");
    expect(existsSync(box.path("started"))).toBe(false);
    expect(await words(box.path("old"))).toContain("is too old for --sensitive-data-removal, which 2.47 has");
    expect(existsSync(box.path("started"))).toBe(true);
    expect(await words(box.path("current"))).not.toMatch(/too old|not installed/);
  });

  test("is refused where no plaintext may be written", async () => {
    const box = await repository();
    const env = { PPROTECT_NO_PLAINTEXT: "1" };
    const { stderr } = await runProgram([binary(), "leak", "--plan"], { cwd: box.folder, env });
    expect(stderr).toContain("PPROTECT_NO_PLAINTEXT forbids");
  });
});

test("the incident's document names places and people, and nothing that Markdown would act on", async () => {
  const box = await repository();
  await shell(
    box,
    `git config user.name '@team <b>x</b> |' && echo ${OLD} >'a|[b](c)' && git add -A && git commit -q -m a --author '@team <x>'`,
  );
  const { stdout } = await run(box, [binary(), "leak", "--report", "md"]);
  expect(stdout).toContain("# Incident: 1 secret found in plain text");
  expect(stdout).toContain("`a\\u{7c}[b](c)`");
  expect(stdout).toMatch(/\| `prod\/token` \| `alice@example.com` \| – \|/);
  expect(stdout).not.toContain(OLD);
  expect(stdout).not.toContain("\n\n\n");
  expect(stdout).toContain("`pprotect leak --plan` writes FILE");
  expect(stdout.replaceAll(/^```sh\n.*?\n```$/gms, "CODE")).not.toContain("```");
  expect(stdout.replaceAll(/`[^`\n]*`/g, "")).not.toMatch(/@team|\[b\]|<b>/);
});
