import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KeyFile } from "../../src/store/key-file.ts";
import { type TestRepository, testRepository } from "../git/history/test-repository.ts";
import { binary } from "../support/binary.ts";
import { runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";
import { ALICE, BOB, CHEAP, NOW, sampleStore, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const BASE = sampleStore();
const alice = unlocked(BASE, ALICE);
const BOTH_NEW = BASE.addSecret("dev", "mine", "1", NOW);

/** What the history says, newest first, as `ID WHAT`. */
async function history(repository: TestRepository, ...args: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await repository.pprotect("git", "history", ...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/^\d{4}-\d\d-\d\d ([0-9a-f]+) \S+ {2}/, "$1 "));
}

describe("pprotect git history", () => {
  test("shows who did what, newest first", async () => {
    const repository = await testRepository();
    const empty = KeyFile.create(NOW).addCustodian(ALICE, CHEAP, NOW);
    const first = await repository.commit(empty.toString());
    const domain = empty.addDomain("prod", ALICE.name, NOW).addSecret("prod", "db-password", "1", NOW);
    const second = await repository.commit(domain.toString());
    const changed = domain.updateSecret("prod", "db-password", "2", NOW);
    const third = await repository.commit(changed.toString(), "bob@example.com");
    const truncated = changed.truncateAuditLog(1);
    const fourth = await repository.commit(truncated.toString());
    await repository.git("rm", "-q", "protected.yaml");
    const fifth = await repository.commitStaged();

    const { stdout } = await repository.pprotect("git", "history");

    expect(stdout.split("\n")).toEqual([
      `2026-11-23 ${fifth} alice@example.com  removed protected.yaml (1 domain)`,
      `2026-11-23 ${fourth} alice@example.com  truncated the audit log (4 entries removed)`,
      `2026-11-23 ${third} bob@example.com  changed secret db-password in prod`,
      `2026-11-23 ${second} alice@example.com  added domain prod (owner alice@example.com)`,
      `2026-11-23 ${second} alice@example.com  added secret db-password in prod`,
      `2026-11-23 ${first} alice@example.com  created protected.yaml`,
      `2026-11-23 ${first} alice@example.com  added custodian alice@example.com (1 passes over 8 KiB)`,
      "",
    ]);
  });

  test("rotations, owners and custodians' keys, by domain and by secret", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString());
    const rotated = BASE.rotateDomainKey("dev", alice, NOW);
    const rotation = await repository.commit(rotated.toString());
    const rekeyed = rotated.setCustodianPassphrase(unlocked(rotated, BOB), "new", CHEAP, NOW);
    const rekey = await repository.commit(rekeyed.toString());
    const removal = await repository.commit(rekeyed.removeOwner("dev", BOB.name, NOW).toString());

    expect((await history(repository)).slice(0, 3)).toEqual([
      `${removal} removed owner bob@example.com from dev`,
      `${rekey} changed key of custodian bob@example.com (1 domain)`,
      `${rotation} rotated domain dev (2 secrets, 2 owners)`,
    ]);
    expect((await history(repository, "dev", "api-key")).map((line) => line.replace(/^\S+ /, ""))).toEqual([
      "rotated domain dev (2 secrets, 2 owners)",
      "added secret api-key in dev",
    ]);
    expect((await history(repository, "prod")).map((line) => line.replace(/^\S+ /, ""))).toEqual([
      "added domain prod (owner alice@example.com)",
      "added secret token in prod",
    ]);
  });

  test("a merge is listed only with what it changed itself", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString());
    await repository.git("checkout", "-q", "-b", "side");
    const side = await repository.commit(BASE.addSecret("prod", "theirs", "2", NOW).toString());
    await repository.git("checkout", "-q", "main");
    const main = await repository.commit(BOTH_NEW.toString());
    const merged = KeyFile.from({
      ...BOTH_NEW.data,
      domains: new Map([
        ...BOTH_NEW.data.domains,
        ["prod", BASE.addSecret("prod", "theirs", "2", NOW).data.domains.get("prod") ?? fail()],
      ]),
    });
    await repository.git("merge", "-q", "-s", "ours", "--no-commit", "side");
    const merge = await repository.commit(merged.updateSecret("dev", "api-key", "x", NOW).toString());

    // Sealed anew here, so the merge has another value than the side: that too is the merge's doing.
    expect((await history(repository)).slice(0, 4)).toEqual([
      `${merge} changed secret api-key in dev`,
      `${merge} changed secret theirs in prod`,
      `${main} added secret mine in dev`,
      `${side} added secret theirs in prod`,
    ]);
  });

  test("follows renames, also where another branch still had the old path, and not into the file that has it now", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString(), undefined, "old.yaml");
    await repository.git("checkout", "-q", "-b", "side");
    const side = await repository.commit(BOTH_NEW.toString(), undefined, "old.yaml");
    await repository.git("checkout", "-q", "main");
    await repository.git("mv", "old.yaml", "protected.yaml");
    const rename = await repository.commitStaged();
    await repository.git("merge", "-q", "--no-edit", "side");
    await repository.commit(
      KeyFile.create(NOW).addCustodian(BOB, CHEAP, NOW).toString(),
      undefined,
      "old.yaml",
    );

    const lines = await history(repository);

    expect(lines.slice(0, 2)).toEqual([
      `${rename} renamed old.yaml to protected.yaml`,
      `${side} added secret mine in dev`,
    ]);
    expect(lines[2]).toEndWith(" created old.yaml");
    expect(lines.filter((line) => line.includes("created"))).toHaveLength(1);
  });

  test("a broken version is reported, and the one before it is compared", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString());
    const broken = await repository.commit(`<<<<<<< a\n${BASE.toString()}`);
    const again = await repository.commit("");
    const repaired = await repository.commit(BOTH_NEW.toString());

    expect((await history(repository)).slice(0, 4)).toEqual([
      `${repaired} made the store readable again`,
      `${repaired} added secret mine in dev`,
      `${again} left the store unreadable: line 1: is empty`,
      `${broken} left the store unreadable: line 1: unresolved merge`,
    ]);
  });

  test("a path with spaces, wildcards and non-ASCII letters, in a removed directory", async () => {
    const repository = await testRepository();
    const path = "größe x/[a] *.yaml";
    await repository.commit(BASE.toString(), undefined, path);
    expect((await history(repository, "--file", path))[0]).toEndWith(` created ${path}`);
    await repository.git("rm", "-q", "-r", "größe x");
    await repository.commitStaged();
    expect((await history(repository, "--file", path))[0]).toEndWith(` removed ${path} (2 domains)`);
  });

  test("from a subdirectory; a shallow clone is reported", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString());
    await repository.commit(BOTH_NEW.toString());
    await repository.git("clone", "-q", "--depth", "1", `file://${repository.folder}`, "clone");
    repository.write("sub/folder/file", "");
    const inFolder = (path: string) =>
      runProgram([binary(), "git", "history", "dev", "mine"], { cwd: join(repository.folder, path) });

    const deep = await inFolder("sub/folder");
    const shallow = await inFolder("clone");

    expect(deep).toMatchObject({ status: 0, stderr: "" });
    expect(deep.stdout).toEndWith("alice@example.com  added secret mine in dev\n");
    expect(shallow.stdout).toBe(deep.stdout);
    expect(shallow.stderr).toStartWith("pprotect: shallow clone: ");
  });

  test("names that were never in the history", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString());
    await repository.commit(BASE.removeDomain("prod", NOW).toString());

    expect(await repository.pprotect("git", "history", "prdo")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: 'pprotect: no commit has a domain "prdo"\nhint: did you mean "prod"?\n',
    });
    expect(await repository.pprotect("git", "history", "prod", "tokne")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: 'pprotect: no commit has a secret "tokne" in domain "prod"\nhint: did you mean "token"?\n',
    });
    expect(await history(repository, "prod", "token")).toHaveLength(2);
  });

  test("no commit, no store, no repository", async () => {
    const repository = await testRepository();
    const expected =
      "pprotect: no commit has a store at protected.yaml\nhint: commit it first, or name another store with --file\n";
    expect(await repository.pprotect("git", "history")).toMatchObject({ status: 2, stderr: expected });
    await repository.commitStaged();
    expect(await repository.pprotect("git", "history")).toMatchObject({ status: 2, stderr: expected });
    const outside = await runProgram([binary(), "git", "history"], { cwd: emptyFolder() });
    expect(outside.status).toBe(1);
    expect(outside.stderr).toContain("is not in a git work tree");
  });

  test("user configuration that changes git's output has no effect", async () => {
    const repository = await testRepository();
    await repository.git("config", "log.showRoot", "false");
    await repository.git("config", "log.showSignature", "true");
    await repository.git("config", "color.ui", "always");
    await repository.git("config", "diff.renames", "false");
    await repository.git("config", "log.follow", "true");
    await repository.commit(BASE.toString(), undefined, "old.yaml");
    await repository.git("mv", "old.yaml", "protected.yaml");
    await repository.commitStaged();
    expect((await history(repository)).map((line) => line.replace(/^\S+ /, "")).slice(0, 2)).toEqual([
      "renamed old.yaml to protected.yaml",
      "created old.yaml",
    ]);
  });

  test("a thousand commits are read by a few processes of git", async () => {
    const repository = await testRepository();
    const versions = [BASE, BASE.updateSecret("dev", "api-key", "2", NOW)].map((file) => file.toString());
    const stream = Array.from({ length: 1000 }, (_, index) => {
      // A comment makes each version a blob of its own, and takes the long way through the parser.
      const text = `${versions[index % 2]}# ${index}\n`;
      const who = `A <a@example.com> ${1_800_000_000 + index} +0000`;
      return `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\ndata 0\nM 644 inline protected.yaml\ndata ${Buffer.byteLength(text)}\n${text}\n`;
    }).join("");
    const imported = await runProgram(["git", "fast-import", "--quiet"], {
      cwd: repository.folder,
      input: stream,
    });
    expect(imported.status).toBe(0);

    const started = join(emptyFolder(), "started");
    const programs = emptyFolder();
    writeFileSync(
      join(programs, "git"),
      `#!/bin/sh\necho >>'${started}'\nexec '${Bun.which("git")}' "$@"\n`,
      {
        mode: 0o755,
      },
    );
    const env = { PATH: `${programs}:${process.env.PATH}` };
    const { stdout } = await runProgram([binary(), "git", "history", "dev", "api-key"], {
      cwd: repository.folder,
      env,
    });

    expect(stdout.trimEnd().split("\n")).toHaveLength(1000);
    expect(readFileSync(started, "utf8").length).toBeLessThan(20);
  });
});

function fail(): never {
  throw new Error("no such domain");
}
