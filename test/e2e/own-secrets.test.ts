import { afterAll, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import type { KeyFile } from "../../src/store/key-file.ts";
import { BASE64, random } from "../scan/samples/sample.ts";
import { type LeaseUser, leaseUsers } from "../support/lease-cli.ts";
import type { Result } from "../support/run.ts";
import { removeFolders } from "../support/sandbox.ts";
import { ALICE, NOW, sampleStore, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const newUser = leaseUsers();

/** A value that no rule of the scanner finds where no name says what it is. */
const VALUE = "Tiger Maple-2024/kim".replace(" ", ".");
const OTHER = "Maple-Kim/2031.tiger!9x";
/** The same in each run: of random keys, 1 in 1,000 looks like words or a placeholder, and is not searched. */
const LINES = ["first", "second"].map((word, index) => `${word}-${random(BASE64, 32, index)}`);

function storeWithValues(): KeyFile {
  return [
    ["session-key", VALUE],
    ["statement", "import os"],
    ["host", "db.internal.test"],
    ["lines", LINES.join("\n")],
  ].reduce((file, [name = "", value = ""]) => file.addSecret("dev", name, value, NOW), sampleStore());
}

/** A user with a repository, in which files are staged. */
async function repositoryWith(
  files: Readonly<Record<string, string>>,
  store: KeyFile | string = storeWithValues(),
): Promise<LeaseUser> {
  const user = newUser(store.toString());
  await user.shell("git init -q && git add protected.yaml");
  for (const [path, text] of Object.entries(files)) await Bun.write(user.box.path(path), text);
  await user.shell(`git add ${Object.keys(files).join(" ")}`);
  return user;
}

const check = (user: LeaseUser, env?: Readonly<Record<string, string>>): Promise<Result> =>
  user.run(["git", "pre-commit"], env);

describe("values of the store's own secrets", () => {
  const FILES = {
    "notes.txt": `one\ntwo\nit was ${VALUE}, was it not\nfour\n`,
    "config.bin.txt": `x ${Buffer.from(VALUE).toString("base64")} y\n`,
    "key.txt": `---\n${LINES.join("\n")}\n---\n`,
    "code.py": "import os\nprint('db.internal.test')\n",
  };

  test("are found with a lease, in every encoding, each with its name; one entry of the access log", async () => {
    const user = await repositoryWith(FILES);
    expect(await check(user)).toMatchObject({ status: 0, stderr: "" });
    await user.asAlice(["unlock", "dev"]);
    const before = user.log().length;
    const { status, stderr } = await check(user);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^notes\.txt:3: own-secret: has the value of dev\/session-key of protected\.yaml: /m,
    );
    expect(stderr).toMatch(/^config\.bin\.txt:1: own-secret: /m);
    expect(stderr).toMatch(/^key\.txt:2: own-secret: has the value of dev\/lines /m);
    expect(stderr).not.toMatch(/^code\.py/m);
    expect(stderr).not.toContain(VALUE);
    const entries = user.log().slice(before);
    expect(entries).toMatchObject([
      { action: "git pre-commit", custodian: ALICE.name, domains: [{ domain: "dev" }] },
    ]);
    await user.run(["lock"]);
    expect(await check(user)).toMatchObject({ status: 0, stderr: "" });
  });

  test("are found with a raw key; a passphrase that would have to be derived is not used", async () => {
    const store = storeWithValues();
    const raw = { name: "ci@example.com", passphrase: `P${randomBytes(32).toString("hex")}P` };
    const user = await repositoryWith(
      FILES,
      store.addCustodian(raw, "raw", NOW).addOwner("dev", raw.name, unlocked(store, ALICE), NOW),
    );
    const { status, stderr } = await check(user, { PPROTECT_PASSPHRASE: raw.passphrase });
    expect([status, stderr.match(/own-secret/g)?.length]).toEqual([1, 3]);
    expect(user.log()).toMatchObject([{ action: "git pre-commit", custodian: raw.name }]);
    const derived = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
    expect(await check(user, derived)).toMatchObject({ status: 0 });
    expect(user.log()).toHaveLength(1);
  });

  test("may be allowed in a line and in the ignore file; a lease with a limit of uses is left alone", async () => {
    const user = await repositoryWith({
      "notes.txt": `${VALUE} # pprotect:allow own-secret\n${VALUE}\n`,
      "other.txt": `${VALUE}\n`,
      ".pprotectignore": "other.txt rule=own-secret\n",
    });
    await user.asAlice(["unlock", "dev", "--uses", "5"]);
    expect(await check(user)).toMatchObject({ status: 0, stderr: "" });
    await user.asAlice(["unlock", "dev"]);
    const { stderr } = await check(user);
    expect(stderr.match(/^\S+: own-secret/gm)).toEqual(["notes.txt:2: own-secret"]);
    const staged = await user.run(["git", "check", "--staged", "--json"]);
    expect(JSON.parse(staged.stdout).result.findings).toMatchObject([
      { path: "notes.txt", line: 2, rule: "own-secret" },
    ]);
  });

  test("with a lease for some secrets, those are found", async () => {
    const user = await repositoryWith(FILES);
    await user.asAlice(["unlock", "dev", "--only", "lines"]);
    const { stderr } = await check(user);
    expect(stderr.match(/^\S+: own-secret/gm)).toEqual(["key.txt:2: own-secret"]);
    expect(user.log().at(-1)).toMatchObject({ domains: [{ domain: "dev", secrets: ["lines"] }] });
  });

  test("are found in text in UTF-16 and in binary files", async () => {
    const user = await repositoryWith({
      "utf16.txt": `\ufeffit was\n${VALUE}\n`,
      "some.db": `\0\0\0 ${VALUE} \0`,
    });
    await Bun.write(user.box.path("utf16.txt"), Buffer.from(`\ufeffit was\n${VALUE}\n`, "utf16le"));
    await user.shell("git add utf16.txt");
    await user.asAlice(["unlock", "dev"]);
    const { stderr } = await check(user);
    expect(stderr.match(/^\S+: own-secret/gm)).toEqual(["some.db:1: own-secret", "utf16.txt:2: own-secret"]);
  });

  test("in commits are found by `git check`", async () => {
    const user = await repositoryWith(FILES);
    const commit = "git -c user.name=a -c user.email=a@b.test commit -q --no-verify";
    await user.shell(`${commit} -m one && echo more > more.txt && git add more.txt && ${commit} -m two`);
    await user.asAlice(["unlock", "dev"]);
    const { stdout } = await user.run(["git", "check", "HEAD~1"]);
    expect(stdout.match(/own-secret/g)).toHaveLength(3);
    expect(await user.run(["git", "check", "HEAD"])).toMatchObject({ status: 0 });
    expect(user.log().filter(({ action }) => action === "git check")).toHaveLength(2);
  });

  test("that the parent commit has in plain text are a warning: anyone may have sealed a text of many files", async () => {
    const user = await repositoryWith(FILES);
    const commit = "git -c user.name=a -c user.email=a@b.test commit -q --no-verify";
    await user.shell(`${commit} -m one`);
    await Bun.write(user.box.path("more.txt"), `again ${VALUE}\n`);
    await Bun.write(user.box.path("encoded.txt"), `${encodeURIComponent(VALUE)}\n`);
    await user.shell("git add more.txt");
    await user.asAlice(["unlock", "dev"]);
    const known = await check(user);
    expect([known.status, known.stderr]).toEqual([
      0,
      expect.stringMatching(/^more\.txt:1: warning: own-secret: /),
    ]);
    await user.shell("git add encoded.txt");
    const { status, stderr } = await check(user);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^encoded\.txt:1: own-secret: /m)]);
  });

  test("are found of every store of the repository that a raw key or a lease opens; one entry of the access log", async () => {
    const store = storeWithValues();
    const raw = { name: "ci@example.com", passphrase: `P${randomBytes(32).toString("hex")}P` };
    const withRaw = store
      .addCustodian(raw, "raw", NOW)
      .addOwner("dev", raw.name, unlocked(store, ALICE), NOW);
    const mine = withRaw.addSecret("dev", "more", OTHER, NOW);
    const user = await repositoryWith({ ".gitattributes": "b/secrets.yml diff=pprotect\n" }, withRaw);
    await user.shell("mkdir a b c && ln -s ../protected.yaml c/protected.yaml");
    await Bun.write(user.box.path("a/protected.yaml"), "broken: [");
    await Bun.write(user.box.path("b/secrets.yml"), mine.toString());
    await Bun.write(user.box.path("notes.txt"), `${OTHER}\n${VALUE}\n`);
    await user.shell("git add .gitattributes b c notes.txt && git add a");
    const found = async (env?: Readonly<Record<string, string>>) => {
      const { stderr } = await check(user, env);
      expect(stderr).toContain("values of a/protected.yaml were not searched: ");
      expect(stderr).not.toContain("of c/protected.yaml");
      return [...(stderr.match(/^notes\.txt:\d: own-secret: has the value of \S+ of [^:]*/gm) ?? [])];
    };
    const expected = [
      "notes.txt:1: own-secret: has the value of dev/more of b/secrets.yml",
      "notes.txt:2: own-secret: has the value of dev/session-key of protected.yaml",
    ];
    expect(await found({ PPROTECT_PASSPHRASE: raw.passphrase })).toEqual(expected);
    const entries = user.log();
    expect(entries).toMatchObject([{ custodian: raw.name, domains: [{ domain: "dev" }, { domain: "dev" }] }]);
    expect(new Set(entries[0]?.domains?.map((each) => each.store)).size).toBe(2);
    await user.asAlice(["unlock", "dev"]);
    const before = user.log().length;
    expect(await found()).toEqual(expected);
    expect(user.log().slice(before)).toMatchObject([{ domains: [{ domain: "dev" }, { domain: "dev" }] }]);
  });

  test("of a lease that is stopped are not searched, with a warning; those of another lease are", async () => {
    const user = await repositoryWith(FILES);
    await user.asAlice(["unlock", "dev"]);
    const { leases } = (await user.answer(["status"])).result;
    const [{ lease, pid }] = leases;
    process.kill(pid, "SIGSTOP");
    const warning =
      `lease ${lease} does not answer: its process may be stopped, so values that it opens were not searched; ` +
      `\`pprotect revoke ${lease}\` ends it`;
    const alone = await check(user);
    expect([alone.status, alone.stderr]).toEqual([0, expect.stringContaining(warning)]);
    await user.asAlice(["unlock", "dev"]);
    const { status, stderr } = await check(user);
    expect([status, stderr.match(/own-secret/g)?.length]).toEqual([1, 3]);
    expect(stderr).toContain(warning);
  });

  test("are not opened when there are very many, with a warning", async () => {
    const store = storeWithValues();
    const raw = { name: "ci@example.com", passphrase: `P${randomBytes(32).toString("hex")}P` };
    const text = store
      .addCustodian(raw, "raw", NOW)
      .addOwner("dev", raw.name, unlocked(store, ALICE), NOW)
      .toString();
    const [line = ""] = /^ *secret-session-key: .*\n/m.exec(text) ?? [];
    const many = Array.from({ length: 10_000 }, (_, index) => line.replace("session-key", `other-${index}`));
    const user = await repositoryWith(FILES, text.replace(line, [line, ...many].join("")));
    await user.shell(
      "git -c user.name=a -c user.email=a@b.test commit -q --no-verify -m store -- protected.yaml",
    );
    const { stderr } = await check(user, { PPROTECT_PASSPHRASE: raw.passphrase });
    expect(stderr).toContain(
      "values of protected.yaml were not searched: more than 10000 secrets could be opened",
    );
    expect(stderr).not.toContain("own-secret");
  });
});
