import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { pprotect, runProgram } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB } from "../support/stores.ts";
import { openToEveryone } from "../support/unprivileged.ts";

afterAll(removeFolders);

const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

describe("the line", () => {
  const box = sandbox();
  const elsewhere = sandbox(null);
  const token = ["--secret", "token"];

  test.each([
    ["options before the command", ["--file", box.store, "decrypt-domain", "prod", ...token]],
    ["options after it", ["decrypt-domain", "prod", ...token, "--file", box.store]],
    ["options between its words", ["decrypt-domain", "--file", box.store, "prod", ...token]],
    ["options with =", [`--file=${box.store}`, "decrypt-domain", "--domain=prod", "--secret=token"]],
    ["the domain as an option", ["decrypt-domain", "--domain", "prod", ...token, "--file", box.store]],
    [
      "_ for - everywhere",
      [
        "--ignore_env",
        "decrypt_domain",
        "prod",
        ...token,
        "--file",
        box.store,
        "--env_prefix",
        "X",
        "-u",
        ALICE.name,
        "--passphrase_file",
        box.alice,
      ],
    ],
  ])("takes %s", async (_, args) => {
    const result = await pprotect(args, { cwd: elsewhere.folder, env });
    expect([result.status, result.stdout, result.stderr]).toEqual([0, "prod-token", ""]);
  });

  test("ends its options at --, so that a name may begin with a dash", async () => {
    const dashed = sandbox();
    const add = await pprotect(["add-domain", "--", "-dash"], { cwd: dashed.folder, env });
    expect([add.status, dashed.read().data.domains.has("-dash")]).toEqual([0, true]);
    const secret = await pprotect(["add-secret", "--generate", "--", "-dash", "key"], { cwd: dashed.folder });
    expect(secret.status).toBe(0);
    expect(secret.stderr).toStartWith("Added secret key to -dash.\n");
  });

  test("keeps a name that reads like a command with underscores", async () => {
    const named = sandbox();
    await pprotect(["add-secret", "dev", "list_domains", "--generate"], { cwd: named.folder });
    expect(named.read().data.domains.get("dev")?.secrets.has("list_domains")).toBe(true);
  });

  test.each([
    [["add-secert"], 'unknown command "add-secert"\nhint: did you mean `pprotect add-secret`?'],
    [["list_domain"], "did you mean `pprotect list-domains`?"],
    [["frobnicate"], '"frobnicate"\nhint: `pprotect help` lists the commands'],
    [["list-domains", "--bogus"], "list-domains: unknown option --bogus"],
    [["list-domains", "extra"], 'list-domains: unexpected argument "extra"'],
    [["--file"], "pprotect: --file needs a value: --file FILE"],
    [["exec", "--domain", "dev", "ls", "-la"], "the program to run goes after --"],
    [["dev", "add-secret"], 'unknown command "dev"'],
    [["init", "--key-type", "soft"], "hard"],
    [["rm-domain", "dve"], 'no domain "dve"\nhint: did you mean "dev"?'],
    [["rm-owner", "dev", "bob@exmple.com"], "bob@example.com"],
    [["rm-key-custodian", "bob@exmple.com"], 'did you mean "bob@example.com"?'],
  ])("%j is one clear line, a hint, and exit 1", async (args, message) => {
    const folder = args[0] === "init" ? elsewhere.folder : box.folder;
    const result = await pprotect(args, { cwd: folder, env });
    expect([result.status, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toContain(message);
    expect(result.stderr).toMatch(/^pprotect: [^\n]+\nhint: [^\n]+\n$/);
  });

  test("without anything shows the overview and is exit 1", async () => {
    const result = await pprotect([], { cwd: box.folder });
    expect([result.status, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toContain("Usage: pprotect");
  });
});

describe("the store", () => {
  test("is found in the nearest parent within the repository, and named as it is seen from here", async () => {
    const box = sandbox();
    mkdirSync(box.path(".git"));
    const deep = box.path("a/b");
    mkdirSync(deep, { recursive: true });
    const result = await pprotect(["add-secret", "dev", "new", "--generate"], { cwd: deep });
    expect(result.status).toBe(0);
    expect(box.read().data.domains.get("dev")?.secrets.has("new")).toBe(true);
    expect((await pprotect(["check"], { cwd: deep })).stderr).toStartWith("../../protected.yaml: ok");
  });

  test("is not looked for above the repository's root: exit 2, and what to do", async () => {
    const box = sandbox();
    mkdirSync(box.path("inner/.git"), { recursive: true });
    const result = await pprotect(["list-domains"], { cwd: box.path("inner") });
    expect(result.status).toBe(2);
    expect(result.stderr).toBe(
      "pprotect: no store at protected.yaml\nhint: run `pprotect init` to create one, or use --file\n",
    );
  });

  test("of init is made here, whatever is in a parent", async () => {
    const box = sandbox();
    mkdirSync(box.path(".git"));
    mkdirSync(box.path("sub"));
    const args = ["init", "-u", "a", "--passphrase-file", box.fresh, "--key-type", "fast"];
    expect((await pprotect(args, { cwd: box.path("sub") })).status).toBe(0);
    expect(readFileSync(box.path("sub/protected.yaml"), "utf8")).toStartWith("key-custodians:\n  a:");
  });

  test("that is missing is exit 2, whatever is asked of it", async () => {
    const missing = [
      ["list-domains"],
      ["add-secret", "dev", "x", "--generate"],
      ["check"],
      ["rm-domain", "dev"],
    ];
    for (const args of missing) expect((await pprotect(args, { cwd: sandbox(null).folder })).status).toBe(2);
  });

  test("that is broken is exit 1, with its place", async () => {
    const box = sandbox("dev: [1]\n");
    const result = await pprotect(["list-domains"], { cwd: box.folder });
    expect(result.status).toBe(1);
    expect(result.stderr).toStartWith("pprotect: protected.yaml:1: ");
  });

  test("in a directory that cannot be written stays as it is, with the reason", async () => {
    const result = await pprotect(["init", "-u", "a", "--generate"], { cwd: sandbox(null).folder });
    expect(result.status).toBe(1);
    const box = sandbox();
    const missing = await pprotect(["list-domains", "--file", box.path("no/such.yaml")], { cwd: box.folder });
    expect(missing.status).toBe(2);
    const folder = await pprotect(["list-domains", "--file", box.folder], { cwd: box.folder });
    expect([folder.status, folder.stderr]).toEqual([1, expect.stringContaining("is a directory")]);
  });
});

describe("what our process leaves to the others of a script", () => {
  const box = sandbox();
  const flags = "grep flags /proc/self/fdinfo/1 /proc/self/fdinfo/2";
  const NONBLOCK = 0o4000;

  test.each([
    "version",
    "nope",
    "--help",
    "list-domains",
    "decrypt-domain prod",
    "add-secret dev x --generate",
  ])("pipes that still block, after %s", async (args) => {
    const script = `{ '${binary()}' ${args} > out 2> err; '${binary()}' ${args} >&2; ${flags}; } 2>&1 | cat`;
    const { stdout } = await runProgram(["sh", "-c", script], { cwd: box.folder, env });
    const found = [...stdout.matchAll(/flags:\t(\d+)/g)].map(([, octal = ""]) => Number.parseInt(octal, 8));
    expect(found).toHaveLength(2);
    for (const each of found) expect(each & NONBLOCK).toBe(0);
  });
});

test.each(["list-domains", "version", "--help"])(
  "a disk that is full is told, and not taken for success: %s",
  async (args) => {
    const box = sandbox();
    const result = await runProgram(["sh", "-c", `'${binary()}' ${args} > /dev/full`], {
      cwd: box.folder,
    });
    expect([result.status, result.stderr]).toEqual([
      1,
      "pprotect: cannot write to standard output: no space left on device\n",
    ]);
  },
);

test("an error of ours never has a stack trace, whatever the file holds", async () => {
  const box = sandbox();
  for (const text of [
    "",
    "\0",
    "[",
    "dev:\n",
    "a: &a [*a]\n",
    "key-custodians: 1\naudit-log: 2\n",
    "- ".repeat(5000),
  ]) {
    writeFileSync(join(box.folder, "protected.yaml"), text);
    for (const args of [["list-all-secrets"], ["check"], ["add-secret", "dev", "x", "--generate"]]) {
      const result = await pprotect(args, { cwd: box.folder, env: { PPROTECT_USER: BOB.name } });
      expect(result.status).toBe(1);
      expect(result.stdout + result.stderr).not.toMatch(/^\s+at |internal error/m);
    }
  }
});

describe("in a directory that was removed", () => {
  // The runtime takes the binary's own folder for a current one that is gone.
  const passphrase = ["--passphrase-file", sandbox().alice];

  test.each([
    ["init", "-u", "new", "--key-type", "fast", ...passphrase],
    ["list-domains", "--file", "protected.yaml"],
    ["env", "--out", ".env", "--domain", "dev", ...passphrase],
    ["git", "status"],
    ["cleanup"],
  ])("%s says so, and nothing is read or written anywhere else", async (...args) => {
    const box = sandbox();
    const copy = openToEveryone(box);
    const before = box.read().toString();
    const files = readdirSync(box.folder);
    const script = 'mkdir gone; cd gone; rmdir ../gone; exec "$0" "$@"';
    const result = await runProgram(["sh", "-euc", script, copy, ...args], { cwd: box.folder, env });
    expect([result.status, result.stdout, result.stderr]).toEqual([
      1,
      "",
      "pprotect: the current directory no longer exists\nhint: change to one that exists\n",
    ]);
    expect([readdirSync(box.folder), box.read().toString()]).toEqual([files, before]);
  });
});
