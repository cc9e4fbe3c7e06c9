import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { isProof } from "../../src/store/trust/proof.ts";
import { pprotect } from "../support/run.ts";
import { FRESH_PASSPHRASE, removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB, secretsOf } from "../support/stores.ts";

afterAll(removeFolders);

/** A command with everything on its line, and what it does. */
interface Call {
  readonly what: string;
  readonly args: (box: Sandbox) => readonly string[];
  readonly stdout?: string | RegExp;
  readonly holds?: (box: Sandbox) => void;
}

const asAlice = ({ alice }: Sandbox): string[] => ["-u", ALICE.name, "--passphrase-file", alice];

const calls: Call[] = [
  {
    what: "add-key-custodian",
    args: ({ fresh }) => [
      "add-key-custodian",
      "-u",
      "carol",
      "--passphrase-file",
      fresh,
      "--key-type",
      "fast",
    ],
    holds: ({ read }) => expect(read().unlock({ name: "carol", passphrase: FRESH_PASSPHRASE })).toBeDefined(),
  },
  {
    what: "add-key-custodian of a raw key",
    args: () => ["add-key-custodian", "-u", "ci", "--key-type", "raw", "--yes"],
    stdout: /^P[0-9a-f]{64}P\n$/,
    holds: ({ read }) => expect(read().data.custodians.has("ci")).toBe(true),
  },
  {
    what: "rm-key-custodian",
    args: () => ["rm-key-custodian", BOB.name],
    holds: ({ read }) => expect(read().domainsOf(BOB.name)).toEqual([]),
  },
  {
    what: "add-domain",
    args: (box) => ["add-domain", "stage", ...asAlice(box)],
    holds: ({ read }) => expect(read().data.domains.has("stage")).toBe(true),
  },
  {
    what: "rm-domain",
    args: () => ["rm-domain", "prod"],
    holds: ({ read }) => expect(read().data.domains.has("prod")).toBe(false),
  },
  {
    what: "add-owner",
    args: (box) => ["add-owner", "prod", BOB.name, ...asAlice(box)],
    holds: ({ read }) => expect(secretsOf(read(), "prod", BOB)).toEqual({ token: "prod-token" }),
  },
  {
    what: "rm-owner",
    args: () => ["rm-owner", "dev", BOB.name],
    holds: ({ read }) => expect(read().domainsOf(BOB.name)).toEqual([]),
  },
  {
    what: "migrate-owner",
    args: (box) => ["migrate-owner", BOB.name, "--yes", ...asAlice(box)],
    holds: ({ read }) => expect(read().domainsOf(BOB.name)).toEqual(["dev", "prod"]),
  },
  {
    what: "rotate-domain-keys",
    args: (box) => ["rotate-domain-keys", "dev", ...asAlice(box)],
    holds: ({ read }) =>
      expect(
        read()
          .data.auditLog.filter((entry) => !isProof(entry))
          .at(-1),
      ).toEndWith("rotated key for domain dev"),
  },
  {
    what: "add-secret",
    args: ({ fresh }) => ["add-secret", "dev", "new", "--value-file", fresh],
    holds: ({ read }) => expect(secretsOf(read(), "dev", BOB).new).toBe(`${FRESH_PASSPHRASE}\n`),
  },
  {
    what: "update-secret",
    args: ({ fresh }) => ["update-secret", "dev", "api-key", "--value-file", fresh],
    holds: ({ read }) => expect(secretsOf(read(), "dev", BOB)["api-key"]).toBe(`${FRESH_PASSPHRASE}\n`),
  },
  {
    what: "set-secret",
    args: () => ["set-secret", "dev", "new", "--generate"],
    holds: ({ read }) => expect(secretsOf(read(), "dev", BOB).new).toMatch(/^[A-Za-z0-9]{32}$/),
  },
  {
    what: "rm-secret",
    args: () => ["rm-secret", "dev", "api-key"],
    holds: ({ read }) => expect(read().data.domains.get("dev")?.secrets.has("api-key")).toBe(false),
  },
  {
    what: "set-key-custodian-passphrase",
    args: (box) => [
      ...["set-key-custodian-passphrase", ...asAlice(box)],
      ...["--new-passphrase-file", box.fresh, "--key-type", "fast"],
    ],
    holds: ({ read }) =>
      expect(secretsOf(read(), "prod", { ...ALICE, passphrase: FRESH_PASSPHRASE })).toEqual({
        token: "prod-token",
      }),
  },
  {
    what: "rekey-custodian",
    args: (box) => ["rekey-custodian", ...asAlice(box), "--key-type", "raw", "--yes"],
    stdout: /^P[0-9a-f]{64}P\n$/,
  },
  {
    what: "truncate-audit-log",
    args: () => ["truncate-audit-log", "1"],
    holds: (
      { read }, // The count, the last one, and two proofs that are still needed.
    ) => expect(read().data.auditLog).toHaveLength(4),
  },
  { what: "list-domains", args: () => ["list-domains"], stdout: "dev\nprod\n" },
  {
    what: "list-domain-secrets",
    args: () => ["list-domain-secrets", "dev"],
    stdout: "api-key\ndb-password\n",
  },
  {
    what: "list-all-secrets",
    args: () => ["list-all-secrets"],
    stdout: "api-key: dev\ndb-password: dev\ntoken: prod\n",
  },
  {
    what: "list-user-secrets",
    args: (box) => ["list-user-secrets", ...asAlice(box)],
    stdout: "dev: api-key, db-password\nprod: token\n",
  },
  {
    what: "list-audit-log",
    args: () => ["list-audit-log"],
    stdout:
      /^2026-02-03T04:05:06Z -- created\n(?:.*\n)*.*added owner bob@example\.com to dev\n.* -- signed grant of domain dev under .*\n$/,
  },
  { what: "check", args: () => ["check"] },
  { what: "check with credentials", args: (box) => ["check", ...asAlice(box)] },
  { what: "version", args: () => ["version"], stdout: /^pprotect version \d+\.\d+\.\d+\n$/ },
  {
    what: "decrypt-domain",
    args: (box) => ["decrypt-domain", "prod", ...asAlice(box)],
    stdout: '{\n  "token": "prod-token"\n}\n',
  },
  {
    what: "exec",
    args: (box) => ["exec", ...asAlice(box), "--domain", "prod", "--", "printenv", "token"],
    stdout: "prod-token\n",
  },
];

describe("with everything on the line, and --non-interactive", () => {
  test.each(calls)("$what", async ({ args, stdout, holds }) => {
    const box = sandbox();
    const result = await pprotect(["--non-interactive", ...args(box)], { cwd: box.folder });
    expect([result.status, result.stderr]).toEqual([0, expect.not.stringContaining("pprotect:")]);
    if (stdout instanceof RegExp) expect(result.stdout).toMatch(stdout);
    else expect(result.stdout).toBe(stdout ?? "");
    holds?.(box);
    for (const secret of [ALICE.passphrase, FRESH_PASSPHRASE, "prod-token"]) {
      expect(result.stderr).not.toContain(secret);
    }
  });

  test("init, and the store is the Python program's to the byte but for keys and times", async () => {
    const box = sandbox(null);
    const args = [
      "init",
      "-u",
      "a@b.c",
      "--passphrase-file",
      box.fresh,
      "--key-type",
      "fast",
      "--non-interactive",
    ];
    expect((await pprotect(args, { cwd: box.folder })).status).toBe(0);
    expect(readFileSync(box.store, "utf8").replaceAll(/pwdkm: \S+|\d{4}-\S+Z/g, "…")).toBe(
      "key-custodians:\n  a@b.c:\n    …\naudit-log:\n- … -- created\n- … -- created key custodian a@b.c\n",
    );
  });
});

describe("--non-interactive never asks: what is missing is an error that names it", () => {
  test.each([
    [["add-secret"], "domain required"],
    [["add-secret", "dev"], "secret name required"],
    [["rm-owner", "dev"], "owner required"],
    [["rm-domain"], "domain required"],
    [["decrypt-domain", "dev"], "user required"],
    [["decrypt-domain", "dev", "-u", ALICE.name], "passphrase required"],
    [["add-key-custodian", "-u", "x"], "new passphrase required"],
    [["add-key-custodian"], "user (-u/--user) required"],
    [["rm-domain", "dev", "--confirm"], "confirmation (--yes) required"],
    [["truncate-audit-log"], "number of entries required"],
  ] as const)("%j", async (args, message) => {
    const box = sandbox();
    const before = readFileSync(box.store, "utf8");
    const result = await pprotect([...args, "--non-interactive"], { cwd: box.folder, input: "y\ny\ny\n" });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(message);
    expect(readFileSync(box.store, "utf8")).toBe(before);
  });
});

describe("check", () => {
  test("prints every problem with its place on standard output, exit 1", async () => {
    const text = readFileSync(sandbox().store, "utf8");
    const broken = text
      .replace(/^ {2}secret-api-key: .*$/m, "  secret-api-key: plain")
      .replace(/pwdkm: .*/, "pwdkm: AA==");
    const box = sandbox(broken);
    const result = await pprotect(["check"], { cwd: box.folder });
    expect(result.status).toBe(1);
    const lines = result.stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^protected\.yaml:\d+: /);
    expect(lines[0]).toContain('secret "api-key"');
  });

  test("with credentials finds a secret that was sealed to an earlier key, at its line", async () => {
    const box = sandbox();
    const stale = readFileSync(box.store, "utf8").match(/^ {2}secret-api-key: .*$/m)?.[0] ?? "";
    await pprotect(["rotate-domain-keys", "dev", ...asAlice(box)], { cwd: box.folder });
    const mixed = readFileSync(box.store, "utf8").replace(/^ {2}secret-api-key: .*$/m, stale);
    box.write("protected.yaml", mixed);
    expect((await pprotect(["check"], { cwd: box.folder })).status).toBe(0);
    const result = await pprotect(["check", ...asAlice(box)], { cwd: box.folder });
    expect(result.status).toBe(1);
    expect(result.stdout).toMatch(/^protected\.yaml:2: cannot open secret "api-key" in domain "dev": /);
  });

  test("with credentials says how much it opened", async () => {
    const box = sandbox();
    const result = await pprotect(["check", ...asAlice(box)], { cwd: box.folder });
    expect(result.stderr).toBe(
      "protected.yaml: ok (2 domains, 3 secrets, 2 custodians; 3 secrets opened as alice@example.com)\n",
    );
  });
});

test("a removed owner's or custodian's note says what is still open to them", async () => {
  const box = sandbox();
  const owner = await pprotect(["rm-owner", "dev", BOB.name], { cwd: box.folder });
  expect(owner.stderr).toContain("can still decrypt");
  const other = sandbox();
  const custodian = await pprotect(["rm-key-custodian", BOB.name], { cwd: other.folder });
  expect(custodian.stderr).toMatch(/can still decrypt dev, .*`pprotect rotate-domain-keys dev`/);
});
