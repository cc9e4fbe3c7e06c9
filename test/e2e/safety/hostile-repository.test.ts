import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { KeyFile } from "../../../src/store/key-file.ts";
import { binary } from "../../support/binary.ts";
import { GIT_IDENTITY } from "../../support/git-identity.ts";
import { mergeRepository, type TestRepository } from "../../support/git-repository.ts";
import { runProgram } from "../../support/run.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE, sampleStore } from "../../support/stores.ts";

afterAll(removeFolders);

/**
 * A repository as an unpacked archive may bring it: each setting of its configuration that runs a program runs one
 * that leaves a file of that setting's name. Its last commit bears a signature to be looked at.
 */
async function hostileRepository(): Promise<TestRepository> {
  const repository = await mergeRepository();
  await repository.commitStore(sampleStore().toString(), "store");
  repository.write("text.txt", "one\n");
  // The store too: what searches the history for an entry must not convert it.
  repository.write(".gitattributes", "*.txt diff=evil\nprotected.yaml diff=evil\n");
  await repository.must("add", "-A");
  await repository.must("commit", "-q", "-m", "text");
  await sign(repository);
  const program = (name: string): string => {
    const path = join(repository.folder, ".git", `evil-${name}`);
    repository.write(`.git/evil-${name}`, `#!/bin/sh\n: >'${marker(repository, name)}'\nexit 1\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const settings: Record<string, string> = {
    "core.fsmonitor": program("fsmonitor"),
    "core.pager": program("pager"),
    "pager.log": program("pager"),
    "core.editor": program("editor"),
    "core.sshCommand": program("ssh"),
    "core.askPass": program("askpass"),
    "credential.helper": program("credential"),
    "diff.external": program("external"),
    "diff.evil.textconv": program("textconv"),
    "diff.evil.command": program("external"),
    "log.showSignature": "true",
    "gpg.program": program("gpg"),
    "filter.evil.clean": program("filter"),
    "filter.evil.process": program("filter"),
    "uploadpack.packObjectsHook": program("upload"),
    "interactive.diffFilter": program("pager"),
    "merge.evil.driver": program("merge"),
    "alias.log": `!${program("alias")}`,
    "alias.check-attr": `!${program("alias")}`,
  };
  for (const [name, value] of Object.entries(settings)) await repository.must("config", name, value);
  program("hook");
  for (const hook of ["post-index-change", "reference-transaction", "pre-auto-gc"]) {
    repository.write(`.git/hooks/${hook}`, `#!/bin/sh\n: >'${marker(repository, "hook")}'\n`);
    chmodSync(join(repository.folder, ".git/hooks", hook), 0o755);
  }
  clearMarkers(repository);
  return repository;
}

/** Gives HEAD a signature that nobody made; git asks gpg about it all the same. */
async function sign(repository: TestRepository): Promise<void> {
  const commit = await repository.must("cat-file", "commit", "HEAD");
  const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----\n";
  const signed = commit.replace("\n\n", `\n${signature}\n`);
  const { stdout } = await repository.git(["hash-object", "-t", "commit", "-w", "--stdin"], {}, signed);
  await repository.must("update-ref", "HEAD", stdout.trim());
}

const MARKERS = [
  "fsmonitor",
  "pager",
  "editor",
  "ssh",
  "askpass",
  "credential",
  "external",
  "textconv",
  "gpg",
  "alias",
  "filter",
  "upload",
  "merge",
  "hook",
];

function marker({ folder }: TestRepository, name: string): string {
  return join(folder, `ran-${name}`);
}

function ran(repository: TestRepository): string[] {
  return MARKERS.filter((name) => existsSync(marker(repository, name)));
}

function clearMarkers(repository: TestRepository): void {
  for (const name of MARKERS) rmSync(marker(repository, name), { force: true });
}

describe("the configuration of a hostile repository", () => {
  let repository: TestRepository;
  beforeAll(async () => {
    repository = await hostileRepository();
  });

  test.each([
    ["fsmonitor", ["status"]],
    ["external", ["diff", "HEAD~1", "--", "text.txt"]],
    ["textconv", ["log", "-p", "--no-ext-diff", "-1"]],
    ["gpg", ["log", "-1"]],
    ["textconv", ["log", "-1", "-Stoken", "--", "protected.yaml"]],
    ["hook", ["add", "-A"]],
  ] as const)("would run a program: %s does in git itself", async (name, args) => {
    clearMarkers(repository);
    // With a change, so that there is something to show.
    repository.write("text.txt", `${name}\n`);
    await repository.git(args);
    expect(ran(repository)).toContain(name);
  });

  test.each([
    "list-all-secrets",
    "set-secret prod token --generate",
    "check",
    "git status",
    "git status --json",
    "git history",
    "git history dev",
    "git summary HEAD~1..HEAD",
    "access --unused",
    "access --format html",
    "offboard bob@example.com --check",
    "git check",
    "git check HEAD",
    "git check --all",
    "git pre-commit",
    "git textconv protected.yaml",
    "git install --yes",
    "git uninstall --yes",
    "git merge-driver protected.yaml protected.yaml text.txt",
    "git resolve",
    "env --domain dev --uppercase --out .env",
    "exec --redact --domain dev -- true",
  ])("runs no program in pprotect: %s", async (line) => {
    repository.write("text.txt", "staged\n");
    await repository.must("-c", "core.fsmonitor=false", "add", "text.txt");
    clearMarkers(repository);
    const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
    await repository.pprotect(line.split(" "), env);
    expect(ran(repository)).toEqual([]);
  });
});

test.each(["leak", "leak --plan", "doctor"])(
  "a filter runs in no search of files that were only touched, here and in a repository inside: %s",
  async (line) => {
    const repository = await hostileRepository();
    const { folder } = repository;
    await repository.must("config", "core.fsmonitor", "false");
    const shell = `cp -r .git ../inner-$$ && mkdir inner && mv ../inner-$$ inner/.git && cp text.txt protected.yaml inner
      for top in . inner; do echo '* filter=evil' >$top/.git/info/attributes && touch -d 2020-01-01 $top/text.txt; done`;
    const made = await runProgram(["sh", "-euc", shell], { cwd: folder, env: GIT_IDENTITY });
    expect(made).toMatchObject({ status: 0 });
    clearMarkers(repository);
    await repository.git(["ls-files", "--modified"]);
    expect(ran(repository)).toContain("filter");
    clearMarkers(repository);
    const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
    const { stderr } = await repository.pprotect(line.split(" "), env);
    expect(ran(repository)).toEqual([]);
    if (line.startsWith("leak")) expect(stderr).toContain("Searched ");
  },
);

describe("a store in conflict, in a hostile repository", () => {
  const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

  /** Two branches that set one secret to different values, merged up to the conflict. */
  async function conflictedRepository(attributes: string): Promise<TestRepository> {
    const repository = await hostileRepository();
    const base = sampleStore();
    await repository.must("-c", "core.fsmonitor=false", "checkout", "-q", "-b", "other");
    await commit(repository, base.setSecret("dev", "api-key", "theirs"));
    await repository.must("checkout", "-q", "main");
    await commit(repository, base.setSecret("dev", "api-key", "ours"));
    await repository.git(["merge", "other"]);
    repository.write(".gitattributes", attributes);
    clearMarkers(repository);
    return repository;
  }

  async function commit(repository: TestRepository, store: KeyFile): Promise<void> {
    repository.write("protected.yaml", store.toString());
    await repository.must("add", "protected.yaml");
    await repository.must("-c", "commit.gpgSign=false", "commit", "-q", "-m", "change");
  }

  test("is resolved and staged without running a program, even to find the last change", async () => {
    const repository = await conflictedRepository("protected.yaml diff=evil\n");
    const { status, stderr } = await repository.pprotect(["git", "resolve"], env, "o\n");
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining("by Anna") });
    expect(ran(repository)).toEqual([]);
    clearMarkers(repository);
    expect(await repository.must("-c", "core.fsmonitor=false", "ls-files", "--unmerged")).toBe("");
  });

  test("with a clean filter is resolved but not staged", async () => {
    const repository = await conflictedRepository("protected.yaml filter=evil\n");
    const { status, stderr } = await repository.pprotect(["git", "resolve", "--ours"], env);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('git would run the filter "evil" of this repository'),
    });
    expect(stderr).toContain("git add -- protected.yaml");
    expect(ran(repository)).toEqual([]);
    expect((await repository.pprotect(["check"])).status).toBe(0);
    await repository.git(["add", "--", "protected.yaml"]);
    expect(ran(repository)).toContain("filter");
  });
});

describe("a partial clone lacks an object", () => {
  /** The clone that lacks the first version of the store, and what git would run to fetch it. */
  async function partialClone(): Promise<TestRepository> {
    const repository = await mergeRepository();
    const base = sampleStore();
    await repository.commitStore(base.toString(), "first");
    await repository.commitStore(base.setSecret("dev", "api-key", "second").toString(), "second");
    await repository.must("config", "uploadpack.allowFilter", "true");
    const url = `file://${repository.folder}`;
    await repository.must("clone", "-q", "--filter=blob:none", url, "clone");
    return repository;
  }

  test("pprotect does not fetch it, where git would run a program, and says what to do", async () => {
    const repository = await partialClone();
    const evil = join(repository.folder, "evil");
    repository.write("evil", `#!/bin/sh\n: >'${marker(repository, "upload")}'\nexit 1\n`);
    chmodSync(evil, 0o755);
    await repository.must("-C", "clone", "config", "remote.origin.uploadpack", evil);
    for (const command of [["history"], ["check", "--all"]]) {
      const cwd = join(repository.folder, "clone");
      const line = [binary(), "git", ...command];
      const { status, stderr, stdout } = await runProgram(line, { cwd, env: GIT_IDENTITY });
      expect({ command, status, ran: ran(repository) }).toEqual({ command, status: 1, ran: [] });
      expect(stdout + stderr).toContain("git fetch --refetch --no-filter");
    }
    await repository.git(["-C", "clone", "show", "HEAD~1:protected.yaml"]);
    expect(ran(repository)).toEqual(["upload"]);
  });
});

test("git gets no passphrase in its environment, whatever its prefix", async () => {
  const repository = await mergeRepository();
  await repository.commitStore(sampleStore().toString(), "store");
  const real = Bun.which("git");
  repository.write("bin/git", `#!/bin/sh\nenv >>'${repository.folder}/seen'\nexec '${real}' "$@"\n`);
  chmodSync(join(repository.folder, "bin/git"), 0o755);
  const env = {
    PATH: `${join(repository.folder, "bin")}:${process.env.PATH}`,
    PPROTECT_PASSPHRASE: ALICE.passphrase,
    APP_PASSPHRASE: ALICE.passphrase,
    OTHER: "kept",
  };
  for (const line of ["git status", "git history", "git check", "git pre-commit", "git install --yes"]) {
    await repository.pprotect([...line.split(" "), "--env-prefix", "APP"], env);
  }
  const seen = await Bun.file(join(repository.folder, "seen")).text();
  expect(seen).toContain("OTHER=kept");
  expect(seen).not.toContain(ALICE.passphrase);
});
