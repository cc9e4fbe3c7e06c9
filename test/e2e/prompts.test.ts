import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { KeyFile } from "../../src/store/key-file.ts";
import { binary } from "../support/binary.ts";
import { pprotect, type Result } from "../support/run.ts";
import { FRESH_PASSPHRASE, removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB, secretsOf, unlocked } from "../support/stores.ts";
import { atTerminal } from "../support/terminal.ts";

afterAll(removeFolders);

const ALICE_LINES = [ALICE.name, ALICE.passphrase];
const CREDENTIAL_PROMPTS = ["User email: ", "Passphrase: "];

/** A command that gets every answer from standard input: what it asks, and what it does. */
interface Dialogue {
  readonly args: readonly string[];
  readonly answers: readonly string[];
  /** The prompts, in their order. */
  readonly prompts: readonly string[];
  /** The line that says what was done. */
  readonly done?: string;
  readonly stdout?: string | RegExp;
  readonly holds?: (box: Sandbox) => void;
}

const dialogues: Dialogue[] = [
  {
    args: ["add-key-custodian", "--key-type", "fast"],
    answers: ["carol@example.com", "c pw", "c pw"],
    prompts: ["User email: ", "Passphrase: ", "Retype passphrase: "],
    done: "Added key custodian carol@example.com.",
    holds: ({ read }) =>
      expect(read().unlock({ name: "carol@example.com", passphrase: "c pw" })).toBeDefined(),
  },
  {
    args: ["rm-key-custodian"],
    answers: [BOB.name],
    prompts: ["Custodian email: "],
    done: `Removed key custodian ${BOB.name}.`,
    holds: ({ read }) => expect(read().data.custodians.has(BOB.name)).toBe(false),
  },
  {
    args: ["add-domain"],
    answers: [...ALICE_LINES, "stage"],
    prompts: [...CREDENTIAL_PROMPTS, "Domain name: "],
    done: `Added domain stage with owner ${ALICE.name}.`,
    holds: ({ read }) => expect(secretsOf(read(), "stage", ALICE)).toEqual({}),
  },
  {
    args: ["rm-domain"],
    answers: ["prod"],
    prompts: ["Domain name: "],
    done: "Removed domain prod.",
    holds: ({ read }) => expect(read().data.domains.has("prod")).toBe(false),
  },
  {
    args: ["add-owner"],
    answers: [...ALICE_LINES, "prod", BOB.name],
    prompts: [...CREDENTIAL_PROMPTS, "Domain name: ", "New owner email: "],
    done: `Added owner ${BOB.name} to prod.`,
    holds: ({ read }) => expect(secretsOf(read(), "prod", BOB)).toEqual({ token: "prod-token" }),
  },
  {
    args: ["rm-owner"],
    answers: ["dev", BOB.name],
    prompts: ["Domain name: ", "Owner email: "],
    done: `Removed owner ${BOB.name} from dev.`,
    holds: ({ read }) => expect(read().domainsOf(BOB.name)).toEqual([]),
  },
  {
    args: ["migrate-owner"],
    answers: [...ALICE_LINES, BOB.name, "y"],
    prompts: [...CREDENTIAL_PROMPTS, "New owner email: ", "Proceed? [y/N] "],
    done: `Added owner ${BOB.name} to prod.`,
    holds: ({ read }) => expect(read().domainsOf(BOB.name)).toEqual(["dev", "prod"]),
  },
  {
    args: ["rotate-domain-keys"],
    answers: [...ALICE_LINES, "dev"],
    prompts: [...CREDENTIAL_PROMPTS, "Domain name: "],
    done: "Rotated the keys of domain dev.",
    holds: ({ read }) =>
      expect(Object.keys(secretsOf(read(), "dev", BOB))).toEqual(["api-key", "db-password"]),
  },
  {
    args: ["add-secret"],
    answers: ["dev", "fresh", "  a value with spaces "],
    prompts: ["Domain name: ", "Secret name: ", "Secret value: "],
    done: "Added secret fresh to dev.",
    holds: ({ read }) => expect(secretsOf(read(), "dev", BOB).fresh).toBe("  a value with spaces "),
  },
  {
    args: ["update-secret"],
    answers: ["dev", "api-key", "v2"],
    prompts: ["Domain name: ", "Secret name: ", "Secret value: "],
    done: "Updated secret api-key in dev.",
    holds: ({ read }) => expect(secretsOf(read(), "dev", BOB)["api-key"]).toBe("v2"),
  },
  {
    args: ["set-secret"],
    answers: ["prod", "token", "v3"],
    prompts: ["Domain name: ", "Secret name: ", "Secret value: "],
    done: "Set secret token in prod.",
    holds: ({ read }) => expect(secretsOf(read(), "prod", ALICE)).toEqual({ token: "v3" }),
  },
  {
    args: ["rm-secret"],
    answers: ["dev", "api-key"],
    prompts: ["Domain name: ", "Secret name: "],
    done: "Removed secret api-key from dev.",
    holds: ({ read }) => expect(Object.keys(secretsOf(read(), "dev", BOB))).toEqual(["db-password"]),
  },
  {
    args: ["set-key-custodian-passphrase", "--key-type", "fast"],
    answers: [...ALICE_LINES, "new pw", "new pw"],
    prompts: ["User email: ", "Current passphrase: ", "New passphrase: ", "Retype new passphrase: "],
    done: `Changed the passphrase of ${ALICE.name}.`,
    holds: ({ read }) => {
      expect(secretsOf(read(), "prod", { ...ALICE, passphrase: "new pw" })).toEqual({ token: "prod-token" });
      expect(read().unlock(ALICE)).toBeUndefined();
    },
  },
  {
    args: ["rekey-custodian", "--key-type", "raw"],
    answers: [...ALICE_LINES, "YES"],
    prompts: ["User email: ", "Current passphrase: ", "Have you saved the key? Type YES to confirm: "],
    done: `New raw key for ${ALICE.name}.`,
    stdout: /^P[0-9a-f]{64}P\n$/,
  },
  {
    args: ["truncate-audit-log"],
    answers: ["2"],
    prompts: ["Entries to keep: "],
    done: "Truncated the audit log to its last 2 entries.",
    // The count, the last two, and two proofs that are still needed.
    holds: ({ read }) => expect(read().data.auditLog).toHaveLength(5),
  },
  {
    args: ["list-user-secrets"],
    answers: ALICE_LINES,
    prompts: CREDENTIAL_PROMPTS,
    stdout: "dev: api-key, db-password\nprod: token\n",
  },
  {
    args: ["list-domain-secrets"],
    answers: ["dev"],
    prompts: ["Domain name: "],
    stdout: "api-key\ndb-password\n",
  },
  {
    args: ["decrypt-domain"],
    answers: [...ALICE_LINES, "prod"],
    prompts: [...CREDENTIAL_PROMPTS, "Domain name: "],
    stdout: '{\n  "token": "prod-token"\n}\n',
  },
  {
    args: ["exec", "--domain", "prod", "--", "sh", "-c", 'printf %s "$token"'],
    answers: ALICE_LINES,
    prompts: CREDENTIAL_PROMPTS,
    stdout: "prod-token",
  },
];

/** Everything that standard error shows at a question's place, in the order in which it came. */
function promptsOf({ stderr }: Result): string[] {
  return stderr.split("\n").filter((line) => / $/.test(line));
}

const lines = (answers: readonly string[]): string => answers.map((answer) => `${answer}\n`).join("");

describe("with every answer on standard input", () => {
  test.each(dialogues)("$args", async ({ args, answers, prompts, done, stdout, holds }) => {
    const box = sandbox();
    const result = await pprotect(args, { cwd: box.folder, input: lines(answers) });
    expect(result.stderr).toContain(done ?? "");
    expect(result.status).toBe(0);
    expect(promptsOf(result)).toEqual([...prompts]);
    if (stdout instanceof RegExp) expect(result.stdout).toMatch(stdout);
    else expect(result.stdout).toBe(stdout ?? "");
    holds?.(box);
    for (const secret of ["prod-token", ALICE.passphrase, "new pw", "c pw"])
      expect(result.stderr).not.toContain(secret);
  });

  test("input that ends at any question is exit 1, and nothing is written", async () => {
    const writing = dialogues.filter(({ args, done }) => done !== undefined && !args.includes("exec"));
    await Promise.all(
      writing.map(async ({ args, answers }) => {
        for (let count = 0; count < answers.length; count++) {
          const box = sandbox();
          const before = readFileSync(box.store, "utf8");
          const result = await pprotect(args, { cwd: box.folder, input: lines(answers.slice(0, count)) });
          expect([args[0], count, result.status]).toEqual([args[0], count, 1]);
          expect(result.stderr).toMatch(
            /pprotect: the input ended at the question .*\nhint: (?:use --|give the [a-z ]+ on the command line|give the value ).*\n$/,
          );
          expect(readFileSync(box.store, "utf8")).toBe(before);
        }
      }),
    );
  });

  test("the last answer needs no line end, and a carriage return is none of it", async () => {
    const box = sandbox();
    const input = "dev\r\nfresh\r\nvalue";
    expect((await pprotect(["add-secret"], { cwd: box.folder, input })).status).toBe(0);
    expect(secretsOf(box.read(), "dev", BOB).fresh).toBe("value");
  });

  test("what follows the answers is left: a value to the byte, or the program's own input", async () => {
    const box = sandbox();
    const input = "dev\nfresh\nline 1\nline 2\n";
    expect((await pprotect(["add-secret", "--value-file", "-"], { cwd: box.folder, input })).status).toBe(0);
    expect(secretsOf(box.read(), "dev", BOB).fresh).toBe("line 1\nline 2\n");

    const args = ["exec", "--domain", "dev", "--", "cat"];
    const run = await pprotect(args, { cwd: box.folder, input: lines([...ALICE_LINES, "for cat", "too"]) });
    expect(run.stdout).toBe("for cat\ntoo\n");
  });
});

test("an interrupt while a piped answer is awaited ends it, and nothing is written", async () => {
  const box = sandbox();
  const before = readFileSync(box.store, "utf8");
  const child = Bun.spawn([binary(), "add-secret"], { cwd: box.folder, stdin: "pipe", stderr: "pipe" });
  await child.stderr.getReader().read();
  child.kill("SIGINT");
  await child.exited;
  expect(child.signalCode).toBe("SIGINT");
  expect(readFileSync(box.store, "utf8")).toBe(before);
});

describe("init", () => {
  test("asks for the email, the passphrase, and the passphrase again", async () => {
    const box = sandbox(null);
    const result = await pprotect(["init", "--key-type", "fast"], {
      cwd: box.folder,
      input: lines([ALICE.name, "pässphrase", "pässphrase"]),
    });
    expect(promptsOf(result)).toEqual(["User email: ", "Passphrase: ", "Retype passphrase: "]);
    expect(result.status).toBe(0);
    expect(result.stdout).toBe("");
    expect(unlocked(box.read(), { ...ALICE, passphrase: "pässphrase" }).name).toBe(ALICE.name);
    expect(box.read().data.auditLog.map((entry) => entry.slice(24))).toEqual([
      "created",
      `created key custodian ${ALICE.name}`,
    ]);
  });

  test("makes nothing when the two passphrases differ", async () => {
    const box = sandbox(null);
    const result = await pprotect(["init"], { cwd: box.folder, input: lines([ALICE.name, "one", "two"]) });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("the passphrases do not match");
    expect(() => box.read()).toThrow("ENOENT");
  });

  test("takes no credentials from the environment", async () => {
    const box = sandbox(null);
    const env = { PPROTECT_USER: "env@example.com", PPROTECT_PASSPHRASE: "env" };
    const result = await pprotect(["init"], { cwd: box.folder, env, input: "" });
    expect(promptsOf(result)).toEqual(["User email: "]);
    expect(result.status).toBe(1);
  });

  test("creates a store in place of an empty file, as the error of an empty store says", async () => {
    const box = sandbox("\n");
    const empty = await pprotect(["list-domains"], { cwd: box.folder });
    expect(empty.stderr).toMatch(/^pprotect: protected\.yaml:1: is empty\nhint: .*`pprotect init`/);
    const check = await pprotect(["check"], { cwd: box.folder });
    expect(check).toMatchObject({ stdout: "protected.yaml:1: is empty\n", status: 1 });
    expect(check.stderr).toContain("`pprotect init`");
    const input = lines([ALICE.name, "pässphrase", "pässphrase"]);
    expect((await pprotect(["init", "--key-type", "fast"], { cwd: box.folder, input })).status).toBe(0);
    expect(box.read().data.custodians.has(ALICE.name)).toBe(true);
  });

  test("is exit 2 where a store is, before anything is asked", async () => {
    const box = sandbox();
    const result = await pprotect(["init"], { cwd: box.folder });
    expect(promptsOf(result)).toEqual([]);
    expect(result.status).toBe(2);
  });
});

describe("a raw key", () => {
  test("is shown once, alone on standard output, and opens the store", async () => {
    const box = sandbox(null);
    const result = await pprotect(["init", "--key-type", "raw", "-u", "ci"], {
      cwd: box.folder,
      input: "YES\n",
    });
    expect(result.status).toBe(0);
    expect(result.stderr).toContain("GENERATED RAW KEY");
    expect(result.stdout).toMatch(/^P[0-9a-f]{64}P\n$/);
    expect(result.stderr).not.toContain(result.stdout.trim());
    expect(box.read().unlock({ name: "ci", passphrase: result.stdout.trim() })).toBeDefined();
    expect(box.read().data.auditLog.at(-1)).toEndWith("created raw-key custodian ci");
  });

  test.each(["yes", "", "no", "YES!"])("that is confirmed with %j is not used", async (answer) => {
    const box = sandbox(null);
    const result = await pprotect(["init", "--key-type", "raw", "-u", "ci"], {
      cwd: box.folder,
      input: `${answer}\n`,
    });
    expect(result.status).toBe(1);
    expect(() => box.read()).toThrow("ENOENT");
  });

  test("of one's own comes from a passphrase file", async () => {
    const box = sandbox(null);
    const key = `P${"5".repeat(64)}P`;
    const args = ["init", "--key-type", "raw", "-u", "ci", "--passphrase-file", box.write("key", `${key}\n`)];
    const result = await pprotect(args, { cwd: box.folder });
    expect([result.status, result.stdout]).toEqual([0, ""]);
    expect(box.read().unlock({ name: "ci", passphrase: key })).toBeDefined();
  });
});

describe("confirmation", () => {
  test.each([
    ["n", 1],
    ["", 1],
    ["y", 0],
    ["yes", 0],
    ["Y", 0],
  ])("--confirm answered with %j", async (answer, status) => {
    const box = sandbox();
    const before = readFileSync(box.store, "utf8");
    const result = await pprotect(["rm-secret", "dev", "api-key", "--confirm"], {
      cwd: box.folder,
      input: `${answer}\n`,
    });
    expect(result.status).toBe(status);
    expect(result.stderr).toContain("--- protected.yaml.old");
    expect(result.stderr).toContain("+++ protected.yaml.new");
    expect(result.stderr).toMatch(/^- {2}secret api-key {2}/m);
    expect(result.stderr).toMatch(/^\+.*removed secret api-key from dev/m);
    expect(result.stderr).not.toContain("\x1b");
    expect(promptsOf(result)).toContain("Write changes? [y/N] ");
    expect(readFileSync(box.store, "utf8") === before).toBe(status === 1);
  });

  test("--confirm with --yes shows and writes, and asks nothing", async () => {
    const box = sandbox();
    const result = await pprotect(["rm-domain", "prod", "--confirm", "--yes"], { cwd: box.folder });
    expect(result.status).toBe(0);
    expect(result.stderr).toContain("-domain prod  key ");
    expect(promptsOf(result)).not.toContain("Write changes? [y/N] ");
  });

  test("--confirm holds for init too", async () => {
    const box = sandbox(null);
    const args = ["init", "--confirm", "--key-type", "fast", "-u", "a", "--passphrase-file", box.fresh];
    expect((await pprotect(args, { cwd: box.folder, input: "n\n" })).status).toBe(1);
    expect(() => box.read()).toThrow("ENOENT");
    expect((await pprotect(args, { cwd: box.folder, input: "y\n" })).status).toBe(0);
    expect(box.read().unlock({ name: "a", passphrase: FRESH_PASSPHRASE })).toBeDefined();
  });

  test("migrate-owner that is not confirmed changes nothing", async () => {
    const box = sandbox();
    const before = readFileSync(box.store, "utf8");
    const result = await pprotect(["migrate-owner"], {
      cwd: box.folder,
      input: lines([...ALICE_LINES, BOB.name, "n"]),
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`Will add ${BOB.name} as owner to: prod`);
    expect(KeyFile.parse(readFileSync(box.store), "x").toString()).toBe(before);
  });
});

describe("what removes something asks at a terminal", () => {
  test.each([
    ["rm-domain dev", "Remove domain dev with 2 secrets? [y/N] "],
    ["rm-secret dev api-key", "Remove secret api-key from dev? [y/N] "],
    [`rm-key-custodian ${BOB.name}`, `Remove key custodian ${BOB.name}, an owner of dev? [y/N] `],
  ])("%s", async (line, question) => {
    const box = sandbox();
    const before = box.read().toString();
    const refused = atTerminal(line.split(" "), { cwd: box.folder });
    await refused.answer(question, "n");
    expect(await refused.exited).toBe(1);
    expect(box.read().toString()).toBe(before);
    const confirmed = atTerminal([...line.split(" "), "--yes"], { cwd: box.folder });
    expect(await confirmed.exited).toBe(0);
    expect(confirmed.screen()).not.toContain("[y/N]");
    const scripted = sandbox();
    expect((await pprotect(line.split(" "), { cwd: scripted.folder })).status).toBe(0);
  });
});

describe("next steps", () => {
  test("after init in a repository: git install; below another store, that there are two", async () => {
    const box = sandbox();
    mkdirSync(box.path(".git"));
    mkdirSync(box.path("sub"));
    const args = ["init", "-u", "new@example.com", "--passphrase-file", box.fresh, "--key-type", "fast"];
    const { status, stderr } = await pprotect(args, { cwd: box.path("sub") });
    expect(status).toBe(0);
    expect(stderr).toContain(
      "note: ../protected.yaml exists too; commands in this directory use the new store, not that one\n",
    );
    expect(stderr).toContain("In git: `pprotect git install` sets up merging and the pre-commit hook.\n");
  });

  test("after init with --file: commands for that store", async () => {
    const box = sandbox();
    const args = ["init", "--file", "a b.yaml", "-u", "new@example.com", "--passphrase-file", box.fresh];
    const { stderr } = await pprotect([...args, "--key-type", "fast"], { cwd: box.folder });
    expect(stderr).toContain("Next: `pprotect --file 'a b.yaml' add-domain` adds a domain, ");
  });

  test("after add-key-custodian: commit, and who must run add-owner", async () => {
    const box = sandbox();
    const args = [
      "add-key-custodian",
      "-u",
      "new@example.com",
      "--passphrase-file",
      box.fresh,
      "--key-type",
      "fast",
    ];
    expect((await pprotect(args, { cwd: box.folder })).stderr).toEndWith(
      "Next: commit protected.yaml; then an owner of a domain runs `pprotect add-owner DOMAIN new@example.com`.\n",
    );
  });
});

test("--confirm shows names and fingerprints, not sealed values", async () => {
  const box = sandbox();
  const args = ["set-secret", "dev", "api-key", "--generate", "--confirm", "--yes"];
  const { stderr } = await pprotect(args, { cwd: box.folder });
  expect(stderr).toMatch(/^- {2}secret api-key {2}[0-9a-f]+$/m);
  expect(stderr).toMatch(/^\+ {2}secret api-key {2}[0-9a-f]+$/m);
  expect(stderr).not.toMatch(/[A-Za-z0-9+/]{44}/);
});
