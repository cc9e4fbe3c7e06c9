import { afterAll, describe, expect, test } from "bun:test";
import { encodeBase64 } from "../../src/crypto/base64.ts";
import { randomBytes } from "../../src/crypto/bytes.ts";
import { writeStore } from "../../src/store/format/yaml-writer.ts";
import { promoteRotation, stageRotation } from "../../src/store/rotation/steps.ts";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { mergeRepository } from "../support/git-repository.ts";
import { readAnswer } from "../support/output-schema.ts";
import { peakMemory } from "../support/peak-memory.ts";
import { removeFolders } from "../support/sandbox.ts";
import { withStaleAccess } from "../support/stale-access.ts";
import { ALICE, BOB, NOW, sampleStore, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const AS_ALICE = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
/** A history for `git fast-import`: each commit gives one secret another sealed value. Nothing in it can be opened. */
function longHistory(commits: number, secrets: number): string {
  const seal = () => encodeBase64(new Uint8Array([0, ...randomBytes(90)]));
  const { data } = sampleStore();
  const dev = data.domains.get("dev");
  if (!dev) throw new Error("no dev");
  const values = new Map(Array.from({ length: secrets }, (_, index) => [`s${index}`, seal()]));
  const log = [...data.auditLog];
  return Array.from({ length: commits }, (_, index) => {
    const name = `s${index % secrets}`;
    if (index > 0) {
      values.set(name, seal());
      log.push(`2026-02-03T04:05:06Z -- updated secret ${name} in dev`);
    }
    const text = writeStore({
      ...data,
      domains: new Map([["dev", { ...dev, secrets: values }]]),
      auditLog: log,
    });
    const blob = `M 100644 inline protected.yaml\ndata ${Buffer.byteLength(text)}\n${text}\n`;
    return `commit refs/heads/main\ncommitter Ann <ann@example.com> ${1_700_000_000 + index} +0000\ndata 1\nx\n${blob}`;
  }).join("");
}

describe("access", () => {
  test("--removed fails while someone who was removed knows a value of today", async () => {
    const repository = await withStaleAccess();
    const found = await repository.pprotect(["access", "--removed", "--json"]);
    const answer = readAnswer(found.stdout);
    expect([found.status, answer.error?.code]).toEqual([1, "stale_access"]);
    expect(answer.result).toMatchObject({
      secrets: [
        { domain: "dev", secret: "api-key", known_to: [{ custodian: BOB.name, how: "current_key" }] },
        { domain: "dev", secret: "db-password" },
      ],
      domains: [{ domain: "dev", former_owners: [{ custodian: BOB.name }] }],
    });
    const rotated = await repository.pprotect(["rotate-domain-keys", "dev"], AS_ALICE);
    expect(rotated.status).toBe(0);
    for (const name of ["api-key", "db-password"]) {
      await repository.pprotect(["update-secret", "dev", name], {}, "a new value");
    }
    const done = await repository.pprotect(["access", "--removed"]);
    expect([done.status, done.stdout]).toEqual([0, ""]);
  });

  test("shows rotations that are half done, and since when", async () => {
    const repository = await mergeRepository();
    await repository.commitStore(sampleStore().toString(), "first");
    const staged = stageRotation(sampleStore(), { domain: "dev", secret: "api-key" }, "new", NOW);
    await repository.commitStore(staged.toString(), "staged");
    const { result } = readAnswer((await repository.pprotect(["access", "--json"])).stdout);
    const since = { since: "2026-02-03", since_commit: expect.any(String) };
    expect(result.rotations).toEqual([{ domain: "dev", secret: "api-key", stage: "staged", ...since }]);
    for (const format of ["table", "md", "html"]) {
      const { stdout } = await repository.pprotect(["access", "--format", format]);
      expect(stdout).toMatch(/the rotation of .*dev\/api-key.* is half done: staged since 2026-02-03/);
    }
  });

  test("shows ages against max_age of .pprotect.yaml, in every format", async () => {
    const repository = await mergeRepository();
    repository.write(
      ".pprotect.yaml",
      "rotation:\n  dev:\n    max_age: 12h\n    owner: dba@example.com\n  dev/api-key:\n    max_age: 9999d\n",
    );
    const env = { GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z", GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z" };
    repository.write("protected.yaml", sampleStore().toString());
    await repository.must("add", "-A");
    await repository.git(["commit", "-qm", "store"], env);
    const access = async (format: string) =>
      (await repository.pprotect(["access", "--format", format])).stdout;
    const table = await access("table");
    expect(table).toMatch(/^dev\/api-key +2026-01-01 \(\d+ days, limit 9999d\) /m);
    expect(table).toMatch(/^dev\/db-password +2026-01-01 \(\d+ days, over the limit of 12h\) /m);
    expect(table).toMatch(/^prod\/token +2026-01-01 \(\d+ days\) /m);
    expect(await access("md")).toMatch(
      /`dev\/db-password` \| 2026-01-01 \| \*\*\d+ days, over the limit of 12h\*\* \|/,
    );
    const csv = (await access("csv")).split("\r\n");
    expect(csv[0]).toEndWith(",stale,max_age_days,too_old");
    expect(csv.find((line) => line.startsWith("dev,db-password"))).toEndWith(",no,0.5,yes");
    expect(csv.find((line) => line.startsWith("prod,token"))).toEndWith(",no,,");
    const { result } = readAnswer((await repository.pprotect(["access", "--json"])).stdout);
    expect(result.secrets).toMatchObject([
      { secret: "api-key", max_age_seconds: 9_999 * 86_400, too_old: false },
      { secret: "db-password", max_age_seconds: 43_200, too_old: true },
      { secret: "token", max_age_seconds: null, too_old: null },
    ]);
    const page = await access("html");
    expect(page.match(/<tr class="over">/g)).toHaveLength(2);
    expect(page).toMatch(/db-password.*ask .*dba@example.com.*>12h</);
    expect(page).toContain('<td class="number max soft">90 days</td>');
    repository.write(".pprotect.yaml", "rotation: 7\n");
    const broken = await repository.pprotect(["access"]);
    expect([broken.status, broken.stderr]).toEqual([
      0,
      expect.stringContaining("how old values may get is not known"),
    ]);
  });

  test("has no limit of age for what a rotation has beside a secret: the rotation ends that", async () => {
    const repository = await mergeRepository();
    repository.write(".pprotect.yaml", "rotation:\n  dev: { max_age: 12h }\n");
    const env = { GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z", GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z" };
    const names = { domain: "dev", secret: "api-key" };
    const file = stageRotation(sampleStore(), names, "new", NOW);
    const promoted = promoteRotation(file, names, unlocked(file, ALICE), NOW);
    repository.write("protected.yaml", promoted.toString());
    await repository.must("add", "-A");
    await repository.git(["commit", "-qm", "store"], env);
    const { result } = readAnswer((await repository.pprotect(["access", "--json"])).stdout);
    const ofDev = result.secrets.filter(({ domain }: { domain: string }) => domain === "dev");
    expect(ofDev).toMatchObject([
      { secret: "api-key", too_old: true },
      { secret: "api-key_previous", max_age_seconds: null, too_old: null },
      { secret: "db-password", too_old: true },
    ]);
    const page = (await repository.pprotect(["access", "--format", "html"])).stdout;
    expect(page.match(/<tr class="over">/g)).toHaveLength(3);
    expect(page).not.toMatch(/<tr[^>]*><td class="name">[^\n]*api-key_previous[^\n]*class="bar"/);
  });

  test("refuses to say that nobody knows in a shallow clone", async () => {
    const repository = await withStaleAccess();
    await repository.must("clone", "-q", "--depth", "1", `file://${repository.folder}`, "clone");
    const args = ["access", "--file", "clone/protected.yaml"];
    const gate = await repository.pprotect([...args, "--removed", "--json"]);
    expect([gate.status, readAnswer(gate.stdout).error?.code]).toEqual([1, "incomplete_history"]);
    const shown = await repository.pprotect(args);
    expect([shown.status, shown.stderr]).toEqual([0, expect.stringContaining("shallow clone")]);
  });

  test("prints names from strangers safely in every format", async () => {
    const repository = await withStaleAccess();
    for (const format of ["table", "json", "csv", "md", "html"]) {
      const { status, stdout } = await repository.pprotect(["access", "--format", format]);
      expect([status, stdout.includes("\x1b"), format === "html" && stdout.includes("<script")]).toEqual([
        0,
        false,
        false,
      ]);
      if (format === "md") {
        // Each row has its six bars, and what is not in a code span has no name in it.
        for (const line of stdout.trimEnd().split("\n")) expect(line.split("|").length).toBe(7);
        expect(stdout.replace(/`[^`\n]*`/g, "")).not.toMatch(/@|<|script/);
      }
    }
  });

  test("--unused passes over what a manifest, a template or the access log names", async () => {
    const repository = await withStaleAccess();
    const unused = async () =>
      (await repository.pprotect(["access", "--unused", "--format", "csv"])).stdout
        .split("\r\n")
        .slice(1, -1)
        .map((line) => line.split(",").slice(0, 2).join("/"))
        .filter((line) => line.startsWith("dev") || line.startsWith("prod"));
    expect([...new Set(await unused())]).toEqual(["dev/api-key", "dev/db-password", "prod/token"]);
    repository.write(".secrets.json", '{"domain": "dev", "secrets": [{"name": "api-key", "env_var": "A"}]}');
    repository.write("deploy.conf", "password {{ dev/db-password }} and {{ .Values.other }}\n");
    await repository.must("add", "-A");
    expect(await unused()).toEqual(["prod/token"]);
    expect((await repository.pprotect(["get", "prod/token"], AS_ALICE)).stdout).toContain("prod-token");
    expect(await unused()).toEqual([]);
  });

  test("has no age for a value whose commit is dated in the future, and counts it as too old", async () => {
    const repository = await mergeRepository();
    repository.write(".pprotect.yaml", "rotation:\n  dev: { max_age: 9999d }\n");
    repository.write("protected.yaml", sampleStore().toString());
    await repository.must("add", "-A");
    const env = { GIT_AUTHOR_DATE: "2098-01-01T00:00:00Z", GIT_COMMITTER_DATE: "2098-01-01T00:00:00Z" };
    await repository.git(["commit", "-qm", "store"], env);
    const access = async (format: string) =>
      (await repository.pprotect(["access", "--format", format])).stdout;
    const table = await access("table");
    expect(table).toMatch(/^dev\/api-key +2098-01-01 \(in the future, age unknown, limit 9999d\) /m);
    expect(table).toMatch(/^prod\/token +2098-01-01 \(in the future, age unknown\) /m);
    expect((await access("html")).match(/<tr class="over">/g)).toHaveLength(3);
    const { result } = readAnswer((await repository.pprotect(["access", "--json"])).stdout);
    expect(result.secrets).toMatchObject([
      { secret: "api-key", age_days: null, too_old: true },
      { secret: "db-password", age_days: null, too_old: true },
      { secret: "token", age_days: null, too_old: null },
    ]);
  });

  test("has no age for a value whose commit claims a time that does not exist", async () => {
    const repository = await withStaleAccess();
    const head = (await repository.must("cat-file", "commit", "HEAD")).replaceAll(
      /> \d+ /g,
      "> 99999999999999 ",
    );
    const orphan = head.replace(/^parent .*\n/m, "");
    const { stdout } = await repository.git(["hash-object", "-t", "commit", "-w", "--stdin"], {}, orphan);
    await repository.must("reset", "-q", "--hard", stdout.trim());
    const { result } = readAnswer((await repository.pprotect(["access", "--json"])).stdout);
    expect(result.secrets).toContainEqual(expect.objectContaining({ since: null, age_days: null }));

    const noDate = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"];
    const without = orphan.replaceAll(/> \d+ .*/g, "> x");
    const undated = await repository.git(noDate, {}, without);
    await repository.must("reset", "-q", "--hard", undated.stdout.trim());
    const history = (await repository.pprotect(["git", "history", "dev"])).stdout.trimEnd().split("\n");
    expect(history.filter((line) => !line.startsWith("1970-01-01 "))).toEqual([]);
  });

  test("takes one of its filters, and names that some version has", async () => {
    const repository = await withStaleAccess();
    const code = async (...args: readonly string[]) =>
      readAnswer((await repository.pprotect(["access", "--json", ...args])).stdout).error?.code;
    expect(await code("--domain", "dev", "--custodian", BOB.name)).toBe("usage");
    expect(await code("--domain", "none")).toBe("no_such_domain");
    expect(await code("--secret", "dev/none")).toBe("no_such_secret");
    expect(await code("--secret", "none")).toBe("no_such_secret");
    expect(await code("--custodian", "eve")).toBe("no_such_custodian");
    expect(await code("--at", "--all")).toBe("usage");
    expect(await code("--at", "HEAD~1", "--custodian", BOB.name)).toBeUndefined();
  });

  test("of 600 versions with 200 secrets takes no memory for what they have in common", async () => {
    const repository = await mergeRepository();
    await repository.git(["fast-import", "--quiet"], {}, longHistory(600, 200));
    await repository.must("reset", "-q", "--hard", "main");
    const limits = { cwd: repository.folder, env: GIT_IDENTITY };
    // The versions are 40 MB of text together.
    expect(await peakMemory(["access"], limits)).toBeLessThan(200e6);
  });
});
