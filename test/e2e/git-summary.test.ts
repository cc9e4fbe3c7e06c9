import { afterAll, describe, expect, test } from "bun:test";
import { KeyFile } from "../../src/store/key-file.ts";
import { stageRotation } from "../../src/store/rotation/steps.ts";
import { mergeRepository, type TestRepository } from "../support/git-repository.ts";
import { readAnswer } from "../support/output-schema.ts";
import { pprotect } from "../support/run.ts";
import { removeFolders } from "../support/sandbox.ts";
import { ALICE, BOB, CHEAP, NOW, sampleStore, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const CAROL = { name: "carol@example.com", passphrase: "carol-pw" };
const start = sampleStore().setSecret("prod", "api-key", "prod-api-key", NOW);
const alice = unlocked(start, ALICE);

/** A branch with these versions of the store, one a commit. */
async function branch(...versions: readonly KeyFile[]): Promise<TestRepository> {
  const repository = await mergeRepository();
  await repository.commitStore(start.toString(), "start");
  await repository.must("checkout", "-q", "-b", "feature");
  for (const each of versions) await repository.commitStore(each.toString(), "change");
  return repository;
}

async function summary(repository: TestRepository, range = "main..HEAD") {
  const { status, stdout } = await repository.pprotect(["git", "summary", range, "--json"]);
  return { status, ...readAnswer(stdout) };
}

async function markdown(repository: TestRepository): Promise<string> {
  return (await repository.pprotect(["git", "summary", "main..HEAD", "--format", "md"])).stdout;
}

describe("git summary", () => {
  test("says what becomes of secrets, owners and keys", async () => {
    const removed = start.removeOwner("dev", BOB.name, NOW);
    const rotated = removed.rotateDomainKey("dev", alice, NOW);
    const repository = await branch(
      removed,
      rotated,
      rotated.updateSecret("dev", "api-key", "new", NOW).addSecret("dev", "db-user", "u", NOW),
    );
    const { result } = await summary(repository);
    expect(result.stores[0]).toMatchObject({
      path: "protected.yaml",
      status: "changed",
      secrets: [
        { domain: "dev", secret: "api-key", change: "changed" },
        { domain: "dev", secret: "db-password", change: "resealed" },
        { domain: "dev", secret: "db-user", change: "added" },
      ],
      domains: [{ domain: "dev", change: "rotated", proven: true }],
      owners: [{ domain: "dev", owner: BOB.name, change: "removed", key_replaced: true }],
      drift: [{ secret: "db-user", has: ["dev"], lacks: ["prod"] }],
    });
  });

  test("names an owner who was removed and can read everything until the key is replaced", async () => {
    const repository = await branch(start.removeOwner("dev", BOB.name, NOW));
    expect(await markdown(repository)).toContain(
      "`bob@example.com` was removed from `dev`, but its key was **not** replaced: they can read everything in it until it is",
    );
    expect((await summary(repository)).result.stores[0].owners).toMatchObject([{ key_replaced: false }]);
  });

  test("shows rotations that are half done", async () => {
    const one = stageRotation(start, { domain: "dev", secret: "api-key" }, "new", NOW);
    const two = stageRotation(one, { domain: "prod", secret: "api-key" }, "new", NOW);
    const repository = await branch(two.removeSecret("prod", "api-key", NOW));
    const { result } = await summary(repository);
    expect(result.stores[0].rotations).toEqual([
      { domain: "dev", secret: "api-key", stage: "staged", since: "2026-02-03" },
    ]);
    expect(result.stores[0].stray_stages).toEqual([
      { domain: "prod", secret: "api-key_next", rotation_of: "api-key", since: "2026-02-03" },
    ]);
    const text = await markdown(repository);
    expect(text).toContain("the rotation of `dev/api-key` is half done: staged since 2026-02-03");
    expect(text).toContain(
      "`prod/api-key_next` was left by a rotation of `api-key`, which is not there any more",
    );
  });

  test("names who was an owner in between alone", async () => {
    const added = start.addOwner("prod", BOB.name, alice, NOW);
    const repository = await branch(added, added.removeOwner("prod", BOB.name, NOW));
    expect((await summary(repository)).result.stores[0].owners).toEqual([
      { domain: "prod", owner: BOB.name, change: "between", proven: null, key_replaced: false },
    ]);
  });

  test("says which keys and owners nothing proves", async () => {
    const withCarol = start.addCustodian(CAROL, CHEAP, NOW);
    const granted = withCarol.addOwner("prod", CAROL.name, alice, NOW);
    const forged = KeyFile.from({
      ...granted.data,
      auditLog: granted.data.auditLog.filter((entry) => !entry.includes(`to ${CAROL.name} with key`)),
    });
    const rotated = forged.rotateDomainKey("dev", alice, NOW);
    const unsigned = KeyFile.from({
      ...rotated.data,
      auditLog: rotated.data.auditLog.filter((entry) => !entry.includes("signed rotation")),
    });
    const { result } = await summary(await branch(unsigned));
    expect(result.stores[0]).toMatchObject({
      domains: [{ domain: "dev", change: "rotated", proven: false }],
      owners: [{ domain: "prod", owner: CAROL.name, change: "added", proven: false }],
      custodians: [{ custodian: CAROL.name, change: "added" }],
    });
  });

  test("has manifest entries without a secret, and what the guard finds", async () => {
    const repository = await branch(start.removeSecret("prod", "api-key", NOW));
    repository.write(
      ".secrets.json",
      '{"domain": "prod", "secrets": [{"name": "api-key", "env_var": "A"}, {"name": "token", "env_var": "B"}]}',
    );
    const token = `ghp_${"x7K2mQ9vR4tY8wZ3".repeat(3).slice(0, 36)}`;
    repository.write("config.ini", `token = ${token}\n`);
    await repository.must("add", "-A");
    await repository.must("commit", "-q", "-m", "manifest");
    const { result, status } = await summary(repository);
    expect(status).toBe(0);
    expect(result.manifests).toMatchObject([{ path: ".secrets.json", line: 1, secret: "api-key" }]);
    expect(result.findings).toMatchObject([{ path: "config.ini", line: 1 }]);
    expect(JSON.stringify(result)).not.toContain(token);
  });

  test("is about what a branch adds, not about what the other has since", async () => {
    const repository = await branch(start.addSecret("dev", "mine", "x", NOW));
    await repository.must("checkout", "-q", "main");
    await repository.commitStore(start.addSecret("prod", "theirs", "x", NOW).toString(), "main goes on");
    await repository.must("checkout", "-q", "feature");
    for (const range of ["main..HEAD", "main...HEAD", "main.."]) {
      expect((await summary(repository, range)).result.stores[0].secrets).toEqual([
        { domain: "dev", secret: "mine", change: "added" },
      ]);
    }
  });

  test("of a branch that leaves the store unreadable, or removes or renames it", async () => {
    const broken = await branch();
    await broken.commitStore("<<<<<<< ours\n", "broken");
    expect((await summary(broken)).result.stores[0]).toMatchObject({
      problem: "line 1: unresolved merge",
      secrets: [],
    });
    await broken.must("branch", "-f", "main");
    await broken.commitStore(start.toString(), "repaired");
    expect((await summary(broken)).result.stores[0]).toMatchObject({
      problem: null,
      problem_before: "line 1: unresolved merge",
    });
    expect(await markdown(broken)).toContain("the store could **not** be read before");
    const renamed = await branch();
    await renamed.must("mv", "protected.yaml", "other.yaml");
    await renamed.must("commit", "-q", "-m", "renamed");
    expect((await summary(renamed)).result.stores).toMatchObject([
      { path: "other.yaml", renamed_from: "protected.yaml", secrets: [] },
    ]);
    await renamed.must("rm", "-q", "other.yaml");
    await renamed.must("commit", "-q", "-m", "removed");
    expect((await summary(renamed)).result.stores).toMatchObject([{ status: "removed" }]);
  });

  test("refuses what is not a range, and a shallow clone in which the branches have nothing in common", async () => {
    const repository = await branch(start.addSecret("dev", "mine", "x", NOW));
    const source = `file://${repository.folder}`;
    await repository.must("clone", "-q", "--depth", "1", "--no-single-branch", source, "clone");
    const code = async (range: string, cwd: string) => {
      const { stdout } = await pprotect(["git", "summary", range, "--json"], { cwd });
      return readAnswer(stdout).error?.code;
    };
    const { folder } = repository;
    expect(await code("main", folder)).toBe("usage");
    expect(await code("--all..HEAD", folder)).toBe("usage");
    expect(await code("none..HEAD", folder)).toBe("usage");
    expect(await code("origin/main..HEAD", `${folder}/clone`)).toBe("incomplete_history");
  });

  test("puts no name into Markdown where it could be a link, a mention, HTML or a cell", async () => {
    const names = [
      "@everyone",
      "<img src=x onerror=alert(1)>",
      "[a](https://evil.example)",
      "`|`",
      "\n# x\x1b[2J",
      "a\\",
      "::error::x",
      "\r\n::add-mask::a",
      "<!-- -->",
      "$$x$$ #1 a@example.com",
    ];
    const dev = start.data.domains.get("dev");
    if (!dev) throw new Error("no dev");
    const hostile = KeyFile.from({
      ...start.data,
      domains: new Map([...start.data.domains, ...names.map((name) => [name, dev] as const)]),
    });
    const shown = await markdown(await branch(hostile));
    const outside = shown.replace(/`[^`\n]*`/g, "CODE");
    expect(outside).not.toMatch(/everyone|img|evil|alert|\x1b/);
    expect(outside).not.toContain("`");
    // A runner takes such a line of a log for a command.
    expect(shown).not.toMatch(/^\s*::/m);
    expect(shown).not.toContain("\r");
    for (const line of outside.split("\n").filter((each) => each.startsWith("|"))) {
      expect(line.split("|").length).toBe(4);
    }
  });
});
