import { afterAll, describe, expect, test } from "bun:test";
import { testRepository } from "../git/history/test-repository.ts";
import { fixtureBytes } from "../support/fixtures.ts";
import { removeFolders } from "../support/sandbox.ts";
import { ALICE, NOW, sampleStore, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const BASE = sampleStore();

/** The changed lines of a diff, fingerprints masked. */
function changes(diff: string): string[] {
  return diff
    .split("\n")
    .filter((line) => /^[+-](?![+-])/.test(line))
    .map((line) =>
      line
        .replace(/\b(?:[0-9a-f]{4}-){5}[0-9a-f]{4}\b/g, "KEY")
        .replace(/\b[0-9a-f]{16}\b/, "SALT")
        .replace(/\b[0-9a-f]{12}\b/, "FP"),
    );
}

describe("git with diff.pprotect.textconv", () => {
  test("git diff: a changed secret is one line and its audit log entry, under its domain's name", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString());
    repository.write("protected.yaml", BASE.updateSecret("dev", "db-password", "x", NOW).toString());

    const diff = await repository.git("diff", "-U0");

    expect(changes(diff)).toEqual([
      "-  secret db-password  FP",
      "+  secret db-password  FP",
      "+  2026-02-03T04:05:06Z -- updated secret db-password in dev",
    ]);
    expect(diff).toMatch(/^@@ .* @@ domain dev /m);
    expect(diff).toMatch(/^@@ .* @@ audit log$/m);
    expect(diff).not.toMatch(/[A-Za-z0-9+/]{44}/);
  });

  test("git diff gives no patch for git apply, and one with --no-textconv", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString());
    const changed = BASE.updateSecret("dev", "db-password", "x", NOW).toString();
    repository.write("protected.yaml", changed);
    const shown = await repository.git("diff");
    const patch = await repository.git("diff", "--no-textconv");
    await repository.git("checkout", "-q", "protected.yaml");
    repository.write("shown.patch", shown);
    repository.write("real.patch", patch);
    await expect(repository.git("apply", "shown.patch")).rejects.toThrow("patch does not apply");
    await repository.git("apply", "real.patch");
    expect(await repository.git("show", ":protected.yaml")).toBe(BASE.toString());
    expect(await Bun.file(`${repository.folder}/protected.yaml`).text()).toBe(changed);
  });

  test("git log -p and git show: the first commit, a rotation, a removed store", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString());
    await repository.commit(BASE.rotateDomainKey("prod", unlocked(BASE, ALICE), NOW).toString());
    await repository.git("rm", "-q", "protected.yaml");
    await repository.commitStaged();

    const shown = await repository.git("show", "HEAD^");
    const log = await repository.git("log", "-p");

    expect(changes(shown)).toEqual([
      "-domain prod  key KEY",
      "-  owner alice@example.com  FP",
      "-  secret token  FP",
      "+domain prod  key KEY",
      "+  owner alice@example.com  FP",
      "+  secret token  FP",
      "+  2026-02-03T04:05:06Z -- rotated key for domain prod",
      "+  2026-02-03T04:05:06Z -- signed rotation of domain prod from KEY to KEY: FP",
      "+  2026-02-03T04:05:06Z -- signed grant of domain prod under KEY to alice@example.com with key KEY: FP",
    ]);
    expect(log).toContain("+domain dev  key ");
    expect(log).toContain("-key custodians\n");
    expect(log).not.toMatch(/[A-Za-z0-9+/]{44}/);
  });

  test("a conflicted merge is readable", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString());
    await repository.commit(
      BASE.toString().replace(/^( {2}secret-token: .*)$/m, "<<<<<<< a\n$1\n=======\n>>>>>>> b"),
    );

    const shown = await repository.git("show");

    expect(shown).toContain("+unreadable store: line ");
    expect(shown).toMatch(/\+<<<<<<< a\n\+ {2}secret-token: <sealed [0-9a-f]{12}>\n\+=======/);
  });

  test("a path with spaces and non-ASCII letters", async () => {
    const repository = await testRepository();
    await repository.commit(BASE.toString(), undefined, "geheime Schlüssel/prod store.yaml");

    expect(await repository.git("show")).toContain("+  secret token  ");
  });
});

describe("pprotect git textconv", () => {
  test("exit 0 for any bytes, and no output for an empty file", async () => {
    const repository = await testRepository();
    for (const name of ["binary", "not-utf8", "alias-bomb", "top-level-list"]) {
      repository.write("a.yaml", fixtureBytes("invalid", `${name}.yaml`));
      const result = await repository.pprotect("git", "textconv", "a.yaml");
      expect(result).toMatchObject({ status: 0, stderr: "" });
      expect(result.stdout).toStartWith("unreadable store: ");
    }
    repository.write("empty.yaml", "");
    for (const file of ["/dev/null", "empty.yaml"]) {
      expect(await repository.pprotect("git", "textconv", file)).toMatchObject({
        status: 0,
        stdout: "",
        stderr: "",
      });
    }
  });

  test("a missing file is an error", async () => {
    const repository = await testRepository();
    expect(await repository.pprotect("git", "textconv", "nowhere.yaml")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: "pprotect: cannot read nowhere.yaml: no such file or directory\n",
    });
  });
});
