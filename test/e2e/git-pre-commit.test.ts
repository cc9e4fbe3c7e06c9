import { afterAll, describe, expect, test } from "bun:test";
import { KeyFile } from "../../src/store/key-file.ts";
import { guardedRepository, tokenLine } from "../git/guard/guard-repository.ts";
import { binary } from "../support/binary.ts";
import { fixtureBytes, invalidNames } from "../support/fixtures.ts";
import { runProgram } from "../support/run.ts";
import { removeFolders } from "../support/sandbox.ts";
import { ALICE, NOW, sampleStore, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const STORE = "protected.yaml";

describe("stores", () => {
  test("a first commit and a change by command pass without output", async () => {
    const repository = await guardedRepository();
    const store = sampleStore();
    repository.write(STORE, store.toString());
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
    repository.write(STORE, store.addSecret("dev", "new", "value", NOW).toString());
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
    const added = store.addSecret("dev", "new", "value", NOW);
    repository.write(STORE, added.rotateDomainKey("dev", unlocked(added, ALICE), NOW).toString());
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
  });

  test.each(invalidNames())("%s is refused", async (name) => {
    const repository = await guardedRepository();
    repository.write("sub/protected.yaml", fixtureBytes("invalid", `${name}.yaml`));
    const { status, stderr } = await repository.commit();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^sub\/protected\.yaml:\d+: [a-z-]+: \S/m);
    expect(stderr).toContain("--no-verify");
  });

  test("a value in the clear is not shown", async () => {
    const repository = await guardedRepository();
    const plain = ["correct", "horse", "staple"].join("-");
    const text = sampleStore()
      .toString()
      .replace(/secret-token: .*/, `secret-token: ${plain}`);
    repository.write(STORE, text);
    const { status, stderr } = await repository.commit();
    expect(status).toBe(1);
    expect(stderr).toContain("not-sealed");
    expect(stderr).not.toContain(plain);
    expect(stderr).not.toContain("false positive");
    repository.write("other.txt", `${tokenLine()}\n`);
    expect((await repository.commit()).stderr).toContain(
      "false positive? add a `pprotect:allow` comment to the line, or list the file in .pprotectignore, and stage .pprotectignore",
    );
  });

  test("a token in a name, or in the audit log, is refused and not shown", async () => {
    const repository = await guardedRepository();
    const token = tokenLine().split('"')[1] ?? "";
    const store = sampleStore();
    for (const text of [
      store.addSecret("dev", token, "value", NOW).toString(),
      `${store.toString()}- '2026-01-02T03:04:05Z -- deployed with ${token}'\n`,
    ]) {
      repository.write(STORE, text);
      const { status, stderr } = await repository.commit();
      expect(status).toBe(1);
      expect(stderr).toMatch(/^protected\.yaml:\d+: github-token: .* not sealed/m);
      expect(stderr).not.toContain(token);
      await repository.must("rm", "-q", "-f", "--cached", STORE);
    }
  });

  test("a store is recognised by its attribute and by its keys, under any name", async () => {
    const repository = await guardedRepository();
    repository.write(".gitattributes", "*.sealed diff=pprotect\n");
    repository.write("a.sealed", "x: 1\n");
    repository.write(
      "other.yml",
      sampleStore()
        .toString()
        .replace(/secret-token: .*/, "secret-token: abc"),
    );
    const { stderr } = await repository.commit();
    expect(stderr).toMatch(/^a\.sealed:1: /m);
    expect(stderr).toMatch(/^other\.yml:\d+: not-sealed: /m);
  });

  test("a rotation that left a secret behind is refused", async () => {
    const repository = await guardedRepository();
    const store = sampleStore();
    repository.write(STORE, store.toString());
    await repository.force();
    const rotated = store.rotateDomainKey("dev", unlocked(store, ALICE), NOW);
    const stale = store.data.domains.get("dev")?.secrets.get("api-key") ?? "";
    repository.write(STORE, rotated.toString().replace(/secret-api-key: .*/, `secret-api-key: ${stale}`));
    const { status, stderr } = await repository.commit();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^protected\.yaml:2: mixed-keys: .*"api-key"/m);
  });

  test("a change without an audit entry is a warning, a rewritten log an error", async () => {
    const repository = await guardedRepository();
    const store = sampleStore();
    repository.write(STORE, store.toString());
    await repository.force();
    const silent = KeyFile.from({
      ...store.addSecret("dev", "silent", "value", NOW).data,
      auditLog: store.data.auditLog,
    });
    repository.write(STORE, silent.toString());
    const warned = await repository.commit();
    expect(warned.status).toBe(0);
    expect(warned.stderr).toContain("warning: no-audit-entry");
    repository.write(
      STORE,
      KeyFile.from({ ...silent.data, auditLog: silent.data.auditLog.slice(1) }).toString(),
    );
    expect((await repository.commit()).stderr).toContain("audit-log-rewritten");
  });
});

describe("stores that are moved, removed or ignored", () => {
  test("a renamed store is compared with its old version", async () => {
    const repository = await guardedRepository();
    const store = sampleStore();
    repository.write(STORE, store.toString());
    await repository.force();
    repository.remove(STORE);
    const rewritten = KeyFile.from({ ...store.data, auditLog: store.data.auditLog.slice(0, -1) });
    repository.write("moved store.yaml", rewritten.toString());
    expect((await repository.commit()).stderr).toMatch(/^moved store\.yaml:\d+: audit-log-rewritten: /m);
    repository.write("moved store.yaml", store.toString());
    expect((await repository.commit()).status).toBe(0);
    repository.remove("moved store.yaml");
    expect((await repository.commit()).status).toBe(0);
  });

  test("a store that was broken before can be fixed", async () => {
    const repository = await guardedRepository();
    repository.write(
      STORE,
      sampleStore()
        .toString()
        .replace(/secret-token: .*/, "secret-token: abc"),
    );
    await repository.force();
    repository.write(STORE, sampleStore().toString());
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
  });

  test("a store under another name that lost a root key is still recognised", async () => {
    const repository = await guardedRepository();
    const text = sampleStore().toString();
    repository.write("other.yaml", text);
    await repository.force();
    repository.write("other.yaml", text.slice(0, text.indexOf("audit-log:")));
    expect((await repository.commit()).stderr).toMatch(/^other\.yaml:1: invalid-store: missing audit-log/m);
  });

  test("broken samples can be listed in .pprotectignore, with or without a rule", async () => {
    const repository = await guardedRepository();
    for (const folder of ["all", "one", "other"]) {
      repository.write(`${folder}/protected.yaml`, fixtureBytes("invalid", "plaintext-secret.yaml"));
    }
    repository.write(".pprotectignore", "all/\none/ rule=not-sealed\nother/ rule=mixed-keys\n");
    const { status, stderr } = await repository.commit();
    expect(status).toBe(1);
    expect(stderr.match(/^\S+protected\.yaml/gm)).toEqual(["other/protected.yaml"]);
    expect(stderr).not.toContain("ignore-file");
  });
});

describe("merges", () => {
  test("a store that is missing although no side removed it", async () => {
    const repository = await guardedRepository();
    repository.write(STORE, sampleStore().toString());
    await repository.force();
    await repository.must("checkout", "-q", "-b", "theirs");
    repository.write("b", "b\n");
    await repository.force();
    await repository.must("checkout", "-q", "main");
    repository.write("c", "c\n");
    await repository.force();
    await repository.must("merge", "-q", "--no-commit", "--no-ff", "theirs");
    repository.remove(STORE);
    const { status, stderr } = await repository.commit();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^protected\.yaml:1: lost-in-merge: domain "dev"/m);
  });

  test("an octopus merge is compared with each of its parents", async () => {
    const repository = await guardedRepository();
    const store = sampleStore();
    repository.write(STORE, store.toString());
    await repository.force();
    for (const name of ["one", "two"]) {
      await repository.must("checkout", "-q", "-b", name, "main");
      repository.write(`${name}.txt`, `${tokenLine()}\n`);
      await repository.force();
    }
    await repository.must("checkout", "-q", "main");
    repository.write("main.txt", "main\n");
    await repository.force();
    await repository.must("merge", "-q", "--no-commit", "--no-ff", "one", "two");
    expect(await repository.pprotect("git", "pre-commit")).toMatchObject({ status: 0, stderr: "" });
    repository.write(STORE, store.removeSecret("dev", "api-key", NOW).toString());
    expect((await repository.commit()).status).toBe(0);
    expect(await repository.pprotect("git", "check")).toMatchObject({ status: 0, stdout: "" });
  });

  test("a line merge that mixes a rotation with a secret added to the old key is refused", async () => {
    const repository = await guardedRepository();
    const side = (name: string) => fixtureBytes("merge", "08-rotate-against-add", `${name}.yaml`);
    repository.write(STORE, side("base"));
    await repository.force();
    await repository.must("checkout", "-q", "-b", "theirs");
    repository.write(STORE, side("theirs"));
    await repository.force();
    await repository.must("checkout", "-q", "main");
    repository.write(STORE, side("ours"));
    await repository.force();
    await repository.git("merge", "-q", "--no-commit", "theirs");
    const [ours, theirs] = ["ours", "theirs"].map((name) => KeyFile.parse(side(name), name).data);
    if (!ours || !theirs) throw new Error("no sides");
    const domains = [...ours.domains].map(([name, domain]) => {
      const secrets = new Map([...(theirs.domains.get(name)?.secrets ?? []), ...domain.secrets]);
      return [name, { ...domain, secrets }] as const;
    });
    repository.write(STORE, KeyFile.from({ ...ours, domains: new Map(domains) }).toString());
    const { status, stderr } = await repository.commit();
    expect(status).toBe(1);
    expect(stderr).toContain("mixed-keys");
  });

  test("a secret lost by taking one side is refused; a good merge passes", async () => {
    const repository = await guardedRepository();
    const store = sampleStore();
    repository.write(STORE, store.toString());
    await repository.force();
    await repository.must("checkout", "-q", "-b", "theirs");
    repository.write(STORE, store.addSecret("dev", "from-theirs", "value", NOW).toString());
    await repository.force();
    await repository.must("checkout", "-q", "main");
    const ours = store.addSecret("dev", "from-ours", "value", NOW);
    repository.write(STORE, ours.toString());
    await repository.force();
    await repository.git("merge", "-q", "--no-commit", "theirs");
    repository.write(STORE, ours.toString());
    const lost = await repository.commit();
    expect(lost.status).toBe(1);
    expect(lost.stderr).toMatch(/^protected\.yaml:1: lost-in-merge: secret "from-theirs"/m);
    const theirs = KeyFile.parse(Buffer.from(await repository.must("show", `theirs:${STORE}`)), STORE).data;
    const domains = new Map(ours.data.domains);
    const dev = domains.get("dev");
    if (!dev) throw new Error("no dev");
    domains.set("dev", {
      ...dev,
      secrets: new Map([...(theirs.domains.get("dev")?.secrets ?? []), ...dev.secrets]),
    });
    const auditLog = [...ours.data.auditLog, ...theirs.auditLog.slice(-1)];
    repository.write(STORE, KeyFile.from({ ...ours.data, domains, auditLog }).toString());
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
  });

  test("lines that a parent already has are not reported again", async () => {
    const repository = await guardedRepository();
    repository.write("a", "a\n");
    await repository.force();
    await repository.must("checkout", "-q", "-b", "theirs");
    repository.write("old.txt", `${tokenLine()}\n`);
    await repository.force();
    await repository.must("checkout", "-q", "main");
    repository.write("b", "b\n");
    await repository.force();
    await repository.must("merge", "-q", "--no-commit", "--no-ff", "theirs");
    expect((await repository.pprotect("git", "pre-commit")).status).toBe(0);
    repository.write("new.txt", `${tokenLine()}\n`);
    const { stderr } = await repository.commit();
    expect(stderr).toMatch(/^new\.txt:1: /m);
    expect(stderr).not.toContain("old.txt");
  });
});

describe("other files", () => {
  test("the staged content counts, not the work tree", async () => {
    const repository = await guardedRepository();
    repository.write("staged.txt", `a\n${tokenLine()}\n`);
    await repository.must("add", "-A");
    repository.write("staged.txt", "a\n");
    repository.write("unstaged.txt", `${tokenLine()}\n`);
    const { status, stderr } = await repository.pprotect("git", "pre-commit");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^staged\.txt:2: /m);
    expect(stderr).not.toContain("unstaged.txt");
  });

  test("paths with spaces and umlauts are shown as they are, with quotes and backslashes as git does it", async () => {
    const repository = await guardedRepository();
    const paths = ["a b.txt", 'q"uote.txt', "ümlaut ✓.txt", "back\\slash.txt"];
    for (const path of paths) repository.write(path, `${tokenLine()}\n`);
    const { stderr } = await repository.commit();
    const shown = ["a b.txt", '"q\\"uote.txt"', "ümlaut ✓.txt", '"back\\\\slash.txt"'];
    for (const path of shown) expect(stderr).toContain(`${path}:1: `);
  });

  test("a rename alone adds nothing; a line in it does", async () => {
    const repository = await guardedRepository();
    const text = `${"some line\n".repeat(20)}${tokenLine()}\n`;
    repository.write("old name.txt", text);
    await repository.force();
    await repository.must("mv", "old name.txt", "new name.txt");
    expect((await repository.commit()).status).toBe(0);
    await repository.must("mv", "new name.txt", "last.txt");
    repository.write("last.txt", `${text}x\n${tokenLine()}\n`);
    expect((await repository.commit()).stderr).toMatch(/^last\.txt:23: /m);
  });

  test("symbolic links, submodules and binary files do not disturb", async () => {
    const repository = await guardedRepository();
    repository.link("link", "nowhere at all");
    repository.link("protected.yaml", "elsewhere.yaml");
    repository.write("image.png", Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from(`\n${tokenLine()}\n`)]));
    await repository.must("init", "-q", "module");
    await repository.must("-C", "module", "commit", "-q", "--allow-empty", "-m", "x");
    expect(await repository.commit()).toMatchObject({ status: 0 });
    expect(await repository.must("ls-files", "-s", "module")).toStartWith("160000");
  });

  test("attributes cannot hide text, and the configuration has no effect", async () => {
    const repository = await guardedRepository();
    for (const [key, value] of Object.entries({
      "diff.external": "false",
      "diff.noprefix": "true",
      "diff.mnemonicPrefix": "true",
      "color.ui": "always",
      "core.pager": "false",
      "diff.renames": "copies",
      "diff.x.textconv": "false",
    })) {
      await repository.must("config", key, value);
    }
    repository.write(".gitattributes", "hidden.txt binary\nimage.bin binary\nconv.txt diff=x\n");
    repository.write("hidden.txt", `a\n${tokenLine()}\n`);
    repository.write("conv.txt", `${tokenLine()}\n`);
    repository.write("image.bin", Buffer.concat([Buffer.from([0]), Buffer.from(`\n${tokenLine()}\n`)]));
    const { stderr } = await repository.commit();
    expect(stderr).toMatch(/^hidden\.txt:2: /m);
    expect(stderr).toMatch(/^conv\.txt:1: /m);
    // One zero byte does not hide text, either.
    expect(stderr).toMatch(/^image\.bin:2: /m);
  });

  test("text in UTF-16 is decoded, keystores are found, and other binary files are a warning", async () => {
    const repository = await guardedRepository();
    const password = ["Tiger", "Maple2024"].join(".");
    repository.write("env.ps1", Buffer.from(`\ufeff$env:DB_PASSWORD = "${password}"\r\n`, "utf16le"));
    repository.write(
      "release.jks",
      Buffer.concat([Buffer.from("feedfeed00000002", "hex"), Buffer.alloc(99)]),
    );
    for (const name of ["a.png", "b.png", "c.png", "d.bin", "e.bin"])
      repository.write(name, Buffer.alloc(300));
    const { status, stderr } = await repository.commit();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^env\.ps1:1: password-assignment: /m);
    expect(stderr).toMatch(/^release\.jks:1: keystore-file: /m);
    expect(stderr.match(/^.*warning: not-scanned: the file is binary/gm)).toHaveLength(3);
    expect(stderr).toContain("pprotect: warning: 2 more files not scanned; `--json` lists them");
    repository.write(".pprotectignore", "*.png rule=not-scanned\n*.bin\n*.jks\nenv.ps1\n");
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
  });

  test("a decrypted copy of the store's secrets is found by their names, whatever its values look like", async () => {
    const repository = await guardedRepository();
    repository.write("app/protected.yaml", sampleStore().toString());
    await repository.force();
    repository.write("app/conf/dump.txt", "api-key: kim\ntoken: sunny\n");
    repository.write("app/ci.yml", "API_KEY: $" + "{{ secrets.API_KEY }}\nTOKEN: $" + "{TOKEN}\n");
    const { status, stderr } = await repository.commit();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^app\/conf\/dump\.txt:1: store-dump: gives values to 2 secrets of app\/protected\.yaml /m,
    );
    expect(stderr).not.toMatch(/^app\/ci\.yml/m);
  });

  test("of a large addition only the first part is scanned, with a warning", async () => {
    const repository = await guardedRepository();
    repository.write(
      "big.txt",
      `${tokenLine()}\n${"plain words and nothing else\n".repeat(250_000)}${tokenLine()}\n`,
    );
    const { status, stderr } = await repository.commit();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^big\.txt:1: /m);
    expect(stderr).toMatch(/^big\.txt:\d+: warning: not-scanned: /m);
    expect(stderr).not.toContain("big.txt:50002:");
  });

  test("pprotect:allow and the staged .pprotectignore are respected", async () => {
    const repository = await guardedRepository();
    repository.write("a.txt", `${tokenLine()} # pprotect:allow\n`);
    repository.write("ignored/b.txt", `${tokenLine()}\n`);
    repository.write(".pprotectignore", "ignored/\n*\n");
    const { status, stderr } = await repository.commit();
    expect(stderr).toMatch(/^\.pprotectignore:2: warning: ignore-file: /m);
    expect(status).toBe(0);
  });

  test("a custodian's raw key is found by the store beside it, and passphrases in variables of the prefix in use", async () => {
    const repository = await guardedRepository();
    // A key that looks made up, but is a custodian's.
    const raw = `P${"0".repeat(64)}P`;
    repository.write(
      `app/${STORE}`,
      KeyFile.create().addCustodian({ name: "ci", passphrase: raw }, "raw").toString(),
    );
    repository.write("app/conf/ci.pass", `${raw}\n`);
    repository.write("env.sh", 'export CI_PASSPHRASE="correct horse battery staple"\n');
    await repository.must("add", "-A");
    const hook = async (...args: readonly string[]) =>
      (await repository.pprotect("git", "pre-commit", ...args)).stderr;
    expect(await hook()).toContain(
      `app/conf/ci.pass:1: pprotect-raw-key: is the key of key custodian "ci" of app/${STORE}: `,
    );
    expect(await hook("--env-prefix", "CI")).toContain("env.sh:1: pprotect-passphrase: ");
    expect(await hook("--env-prefix", "CI")).not.toContain("add-secret");
  });

  test("a hook's environment: another index, and GIT_DIR set", async () => {
    const repository = await guardedRepository();
    repository.write("a.txt", "a\n");
    await repository.force();
    repository.write("a.txt", `${tokenLine()}\n`);
    // `git commit FILE` makes an index of its own for the hook.
    const partial = await repository.git("commit", "-q", "-m", "x", "a.txt");
    expect(partial.stderr).toMatch(/^a\.txt:1: /m);
    const all = await repository.git("commit", "-q", "-a", "-m", "x");
    expect(all.stderr).toMatch(/^a\.txt:1: /m);
    repository.write("sub/b.txt", `${tokenLine()}\n`);
    await repository.must("checkout", "-q", "a.txt");
    await repository.must("add", "sub/b.txt");
    const below = await repository.git("-C", "sub", "commit", "-q", "-m", "x");
    expect(below.stderr).toMatch(/^sub\/b\.txt:1: /m);
  });

  test("--json gives one envelope on standard output", async () => {
    const repository = await guardedRepository();
    repository.write("a.txt", `${tokenLine()}\n`);
    await repository.must("add", "-A");
    const { status, stdout, stderr } = await repository.pprotect("git", "pre-commit", "--json");
    expect(status).toBe(1);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      command: "git pre-commit",
      result: { findings: [{ path: "a.txt", line: 1 }], warnings: [] },
      error: { code: "findings", message: "1 finding" },
    });
  });

  test("outside a repository there is an error", async () => {
    const { binary } = await import("../support/binary.ts");
    const { stderr, status } = await runProgram([binary(), "git", "pre-commit"], { cwd: "/" });
    expect(status).toBe(1);
    expect(stderr).toContain("not in a git work tree");
  });
});

test("the scanner's libraries leave the caller's pipes blocking", async () => {
  const repository = await guardedRepository();
  repository.write("a.ts", `${tokenLine()}\n`);
  await repository.must("add", "a.ts");
  const script = `{ '${binary()}' git pre-commit; grep flags /proc/self/fdinfo/1 /proc/self/fdinfo/2; } 2>&1 | cat`;
  const { stdout } = await runProgram(["sh", "-c", script], { cwd: repository.folder });
  const flags = [...stdout.matchAll(/flags:\t(\d+)/g)].map(([, octal = ""]) => Number.parseInt(octal, 8));
  expect(flags).toHaveLength(2);
  for (const each of flags) expect(each & 0o4000).toBe(0);
  expect(stdout).toContain("a.ts:1: ");
});

describe("files that are named", () => {
  test("are checked as a whole, unless all of them are staged", async () => {
    const repository = await guardedRepository();
    repository.write("old.txt", `${tokenLine()}\n`);
    repository.write("other.txt", "text\n");
    await repository.force();
    expect(await repository.pprotect("git", "pre-commit", "--", "other.txt")).toMatchObject({ status: 0 });
    const found = await repository.pprotect("git", "pre-commit", "--", "other.txt", "old.txt", "unknown.txt");
    expect([found.status, found.stderr]).toEqual([1, expect.stringMatching(/^old\.txt:1: /m)]);
    repository.write("old.txt", `${tokenLine()}\nmore\n`);
    await repository.must("add", "old.txt");
    expect(await repository.pprotect("git", "pre-commit", "old.txt")).toMatchObject({ status: 0 });
    const outside = await repository.pprotect("git", "pre-commit", "/etc/passwd");
    expect([outside.status, outside.stderr]).toEqual([
      1,
      expect.stringContaining("is not a file in the repository"),
    ]);
  });

  test("a range of the pre-commit framework that git does not know is refused", async () => {
    const repository = await guardedRepository();
    repository.write("a.txt", "a\n");
    await repository.force();
    for (const from of ["nowhere", "-evil", "--all"]) {
      const env = { PRE_COMMIT: "1", PRE_COMMIT_FROM_REF: from, PRE_COMMIT_TO_REF: "HEAD" };
      const { status, stderr } = await runProgram([binary(), "git", "pre-commit"], {
        cwd: repository.folder,
        env,
      });
      expect([status, stderr]).toEqual([1, expect.stringContaining("unknown revision or range")]);
    }
  });
});
