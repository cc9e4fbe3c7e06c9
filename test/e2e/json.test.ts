import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { usageOf } from "../../src/cli/argv/command-declaration.ts";
import { commandList } from "../../src/cli/argv/command-list.ts";
import { commandNames } from "../../src/cli/argv/registry.ts";
import { ERROR_CODES } from "../../src/common/errors.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { guardedRepository, tokenLine } from "../git/guard/guard-repository.ts";
import { binary } from "../support/binary.ts";
import { COMMAND_CASES } from "../support/command-table.ts";
import { mergeRepository } from "../support/git-repository.ts";
import { type Answer, isAnswer, OUTPUT_SCHEMA, readAnswer } from "../support/output-schema.ts";
import { pprotect, type Result, type RunOptions, runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB, NOW, sampleStore, secretsOf, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

/** Commands whose standard output stays raw. */
const RAW = ["exec", "redact", "git textconv"];

const NEED_NO_STORE = [
  "doctor",
  "version",
  "cleanup",
  "help",
  "status",
  "audit",
  "agent install",
  "agent uninstall",
  "scan",
];

/** A command's words, then `--json`, then the rest of the line. */
function withJson(name: string, args: readonly string[]): string[] {
  const words = name.split(" ").length;
  // With --json nobody is asked for a decision.
  const decided = name === "git resolve" ? ["--ours"] : [];
  return [...args.slice(0, words), "--json", ...decided, ...args.slice(words)];
}

/** Runs the binary for its answer, which exit status and `ok` agree on. */
async function answerOf(args: readonly string[], options: RunOptions): Promise<Answer> {
  const { status, stdout } = await pprotect(["--json", ...args], options);
  const answer = readAnswer(stdout);
  expect(answer.ok).toBe(status === 0);
  return answer;
}

/** The keys of a value and of what is in it, and the types of the rest. */
function shapeOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  if (Array.isArray(value)) return `[${[...new Set(value.map(shapeOf))].toSorted().join()}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${key}:${shapeOf(inner)}`);
  return `{${entries.toSorted().join()}}`;
}

/** An answer with one item of each shape in every list, which the schema takes for the others too. */
function shortened(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]));
  }
  return [...new Map(value.map((item) => [shapeOf(item), shortened(item)])).values()];
}

/** {@link mutantsOf} an answer, which is valid when shortened. */
function mutants(answer: Answer): unknown[] {
  const short = shortened(answer);
  expect(isAnswer(short)).toBe(true);
  return [...mutantsOf(short)];
}

/** Every answer that differs from one by a property more or less, anywhere in it. */
function* mutantsOf(value: unknown, put: (changed: unknown) => unknown = (changed) => changed): Generator {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) {
    yield put({ ...value, unknown: 1 });
    for (const key of Object.keys(value)) {
      const { [key as never]: _, ...less } = value;
      // Only a generated key is there or not.
      if (key !== "generated_key") yield put(less);
    }
  }
  for (const [key, inner] of Object.entries(value)) {
    yield* mutantsOf(inner, (changed) =>
      put(Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed }),
    );
  }
}

describe("the schema", () => {
  test("has every command of the registry, and what has none, and nothing else", () => {
    const listed = OUTPUT_SCHEMA.anyOf.map(({ $ref = "" }) => $ref.replace("#/$defs/", ""));
    const commands = listed.map((name) => OUTPUT_SCHEMA.$defs[name]?.properties?.command?.const);
    expect(commands.toSorted()).toEqual([...commandNames(), "pprotect"].toSorted());
    expect(listed).toEqual(commands.map((name) => String(name).replaceAll(" ", "-")));
  });

  test.each(COMMAND_CASES)(
    "fits what `$name` answers, and nothing with a property more or less",
    async (each) => {
      const { name, args, answers, prepare, refused } = each;
      const box = await prepare();
      const input = answers.map(([, line]) => `${line}\n`).join("");
      const { status, stdout, stderr } = await pprotect(withJson(name, args), { cwd: box.folder, input });
      expect([status, stderr]).toEqual([refused ? 1 : 0, stderr]);
      if (RAW.includes(name)) {
        expect(() => readAnswer(stdout)).toThrow();
        return;
      }
      const answer = readAnswer(stdout);
      expect([answer.ok, answer.command, answer.error?.code]).toEqual([!refused, name, refused]);
      const wrong = mutants(answer);
      expect(wrong.length).toBeGreaterThan(6);
      expect(wrong.filter(isAnswer)).toEqual([]);
    },
  );

  test.each(commandNames())("fits the errors of `%s`: an option that is none, and no store", async (name) => {
    const unknown = await answerOf([...name.split(" "), "--bogus"], { cwd: emptyFolder() });
    expect([unknown.ok, unknown.command, unknown.error?.code]).toEqual([false, name, "usage"]);
    const files = ["git merge-driver", "git textconv"].includes(name) ? ["a", "b", "c"] : [];
    const args = [
      ...name.split(" "),
      ...files.slice(0, name === "git textconv" ? 1 : 3),
      "--non-interactive",
    ];
    const { status, stdout } = await pprotect(withJson(name, args), { cwd: emptyFolder() });
    const answer = readAnswer(stdout);
    expect([answer.command, answer.ok]).toEqual([name, status === 0]);
    // None of them needs one: what was written from a store may be there longer than the store.
    expect(answer.ok).toBe(NEED_NO_STORE.includes(name));
  });

  test("describes all commands where it names none, asking being forbidden or not", async () => {
    const cwd = emptyFolder();
    const all = await answerOf(["--json"], { cwd });
    expect(all).toMatchObject({ ok: true, command: "help" });
    expect(await answerOf(["--non-interactive", "--json"], { cwd })).toEqual(all);
    expect(await answerOf(["--json", "--frobnicate"], { cwd })).toMatchObject({ ok: false });
  });

  test("fits the answer to a line without a command", async () => {
    const answer = await answerOf(["frobnicate"], { cwd: emptyFolder() });
    expect(answer).toEqual({
      ok: false,
      command: "pprotect",
      error: { code: "usage", message: 'unknown command "frobnicate"' },
      fix: "`pprotect help` lists the commands",
    });
  });
});

test("what can be done next is runnable exactly where no word is to be filled in", async () => {
  const { folder } = sandbox();
  const actions = await Promise.all(
    [
      ["add-domain", "new"],
      ["rotate-domain-keys", "dev"],
      ["rm-owner", "dev", BOB.name],
    ].map(async (args) => (await answerOf(args, { cwd: folder, env })).next_actions ?? []),
  );
  const all = actions.flat().map(({ command, runnable }) => [/ [A-Z]+(?: |$)/.test(command), runnable]);
  expect(all).toContainEqual([true, false]);
  expect(all).toContainEqual([false, true]);
  expect(all.filter(([fillIn, runnable]) => fillIn === runnable)).toEqual([]);
});

describe("an answer that is negative has its result, and exit status 1", () => {
  test("check: a broken store", async () => {
    const text = sampleStore()
      .toString()
      .replace(/pwdkm: .*/, "pwdkm: AA==");
    const answer = await answerOf(["check"], { cwd: sandbox(text).folder });
    expect(answer).toMatchObject({ ok: false, error: { code: "invalid_store" } });
    expect(answer.result).toEqual({
      store: "protected.yaml",
      domains: null,
      secrets: null,
      custodians: null,
      opened: null,
      problems: [{ code: "invalid_key_material", line: expect.any(Number), message: expect.any(String) }],
    });
  });

  test("check: a store that was never merged to the end", async () => {
    const text = `<<<<<<< ours\n${sampleStore().toString()}`;
    const answer = await answerOf(["check"], { cwd: sandbox(text).folder });
    expect(answer).toMatchObject({
      error: { code: "unresolved_merge" },
      result: { problems: [{ line: 1 }] },
    });
  });

  test("check: what does not open", async () => {
    const store = sampleStore();
    const stale = store.data.domains.get("dev")?.secrets.get("api-key") ?? "";
    const rotated = store.rotateDomainKey("dev", unlocked(store, ALICE), NOW).toString();
    const text = rotated.replace(/secret-api-key: .*/, `secret-api-key: ${stale}`);
    const answer = await answerOf(["check"], { cwd: sandbox(text).folder, env });
    expect(answer).toMatchObject({
      error: { code: "cannot_open" },
      result: { opened: { custodian: ALICE.name, secrets: 2 }, problems: [{ line: 2 }] },
    });
  });

  test("git pre-commit and git check: findings", async () => {
    const repository = await guardedRepository();
    repository.write("a.txt", `${tokenLine()}\n`);
    await repository.must("add", "-A");
    const staged = readAnswer((await repository.pprotect("git", "pre-commit", "--json")).stdout);
    expect(staged).toMatchObject({ ok: false, error: { code: "findings" }, result: { warnings: [] } });
    const commit = await repository.force();
    const { status, stdout } = await repository.pprotect("git", "check", "--json");
    const answer = readAnswer(stdout);
    expect([status, answer.error?.code, answer.result.commits]).toEqual([1, "findings", 1]);
    expect(answer.result.findings).toEqual([{ commit, ...staged.result.findings[0] }]);
  });

  test("git commit-msg, git pre-push and git pre-receive: findings", async () => {
    const repository = await guardedRepository();
    repository.write("a.txt", `${tokenLine()}\n`);
    repository.write("message", `${tokenLine()}\n`);
    const commit = await repository.force();
    const id = (await repository.must("rev-parse", "HEAD")).trim();
    const none = "0".repeat(40);
    const options = { cwd: repository.folder };
    const said = await answerOf(["git", "commit-msg", "message"], options);
    expect(said).toMatchObject({
      error: { code: "findings" },
      result: { findings: [{ path: "commit message" }] },
    });
    const pushed = await answerOf(["git", "pre-push", "origin", "url"], {
      ...options,
      input: `refs/heads/main ${id} refs/heads/main ${none}\n`,
    });
    const found = { commit, path: "a.txt", line: 1 };
    expect(pushed).toMatchObject({
      error: { code: "findings" },
      result: { findings: [found, {}], commits: 1 },
    });
    await repository.must("update-ref", "-d", "refs/heads/main");
    // As git runs its hooks.
    const received = await answerOf(["git", "pre-receive"], {
      cwd: `${repository.folder}/.git`,
      env: { GIT_DIR: "." },
      input: `${none} ${id} refs/heads/main\n`,
    });
    expect(received.result).toEqual(pushed.result);
  });

  test("git status: nothing installed; git install: without effect", async () => {
    const repository = await guardedRepository();
    const status = await answerOf(["git", "status"], { cwd: repository.folder });
    expect(status.error?.code).toBe("not_installed");
    expect(status.result.parts[0]).toMatchObject({ state: "missing" });
    repository.write("sub/.gitattributes", "* -merge\n");
    const args = ["git", "install", "sub/protected.yaml"];
    const installed = await answerOf(args, { cwd: repository.folder });
    expect(installed).toMatchObject({ error: { code: "not_installed" } });
    expect(installed.result.overridden).toEqual(["sub/protected.yaml"]);
  });

  test("git merge-driver: a conflict, and a side that is not a store", async () => {
    const { folder, write } = await mergeRepository();
    const store = sampleStore();
    write("base", store.toString());
    write("ours", store.setSecret("dev", "api-key", "1", NOW).toString());
    write("theirs", store.setSecret("dev", "api-key", "2", NOW).toString());
    write("broken", "- 1\n");
    const merge = (theirs: string) =>
      answerOf(["git", "merge-driver", "base", "ours", theirs, "7", "protected.yaml"], { cwd: folder });
    expect(await merge("broken")).toMatchObject({
      error: { code: "invalid_store" },
      result: { conflicts: [], problems: [expect.any(String)], grants: [] },
    });
    write("ours", store.setSecret("dev", "api-key", "1", NOW).toString());
    expect(await merge("theirs")).toMatchObject({
      error: { code: "unresolved_merge" },
      result: { store: "protected.yaml", conflicts: [{ name: "dev/api-key" }], problems: [] },
    });
  });
});

describe("standard output stays raw", () => {
  const { folder } = sandbox();
  const secret = ["decrypt-domain", "prod", "--secret", "token"];

  test("for one secret's value, whose errors are answers", async () => {
    expect((await pprotect([...secret, "--json"], { cwd: folder, env })).stdout).toBe("prod-token");
    const answer = await answerOf(["decrypt-domain", "prod", "--secret", "tokn"], { cwd: folder, env });
    expect(answer).toMatchObject({ error: { code: "no_such_secret" }, fix: 'did you mean "token"?' });
  });

  test("but with a format, which can only be json", async () => {
    const answer = await answerOf([...secret, "--output-format", "json"], { cwd: folder, env });
    expect(answer.result).toEqual({ domain: "prod", secrets: [{ name: "token", value: "prod-token" }] });
    const shell = await answerOf([...secret, "--output-format", "shell"], { cwd: folder, env });
    expect(shell.error).toEqual({ code: "usage", message: "give --json or --format shell, not both" });
  });

  test("for exec's program, whose own --json is its own", async () => {
    const echo = (...args: string[]) =>
      pprotect(["exec", "--domain", "prod", ...args, "--", "sh", "-c", 'echo "$0 $token"', "--json"], {
        cwd: folder,
        env,
      });
    const plain: Result = await echo();
    const json: Result = await echo("--json");
    expect([plain.stdout, json.stdout]).toEqual(["--json prod-token\n", "--json prod-token\n"]);
    const error = await pprotect(["exec", "--domain", "prod", "--", "nothing-of-the-kind", "--json"], {
      cwd: folder,
      env,
    });
    expect([error.status, error.stdout]).toEqual([127, ""]);
    const asked = ["exec", "--json", "--domain", "prod", "--", "nothing-of-the-kind"];
    const answer = await pprotect(asked, { cwd: folder, env });
    expect([answer.status, readAnswer(answer.stdout).error?.code]).toEqual([127, "command_not_found"]);
  });
});

describe("a generated key", () => {
  const args = ["rekey-custodian", "--key-type", "raw", "--json"];
  const asBob = (bob: string) => [...args, "-u", BOB.name, "--passphrase-file", bob];

  test("is in the answer, once, opens the store, and nobody is asked", async () => {
    const box = sandbox();
    const { status, stdout, stderr } = await pprotect([...asBob(box.bob), "--non-interactive"], {
      cwd: box.folder,
    });
    const { result } = readAnswer(stdout);
    expect([status, stdout.split(result.generated_key).length]).toEqual([0, 2]);
    expect(stderr).toStartWith(`New raw key for ${BOB.name}.\n`);
    expect(stderr).not.toContain(result.generated_key);
    expect(box.read().unlock({ name: BOB.name, passphrase: result.generated_key })).toBeDefined();
  });

  test("is in the answer also when the change fails after it", async () => {
    const box = sandbox();
    const { status, stdout } = await pprotect([...asBob(box.bob), "--confirm"], {
      cwd: box.folder,
      input: "no\n",
    });
    const answer = readAnswer(stdout);
    expect([status, answer.error?.code]).toEqual([1, "aborted"]);
    expect(answer.result.generated_key).toMatch(/^P[0-9a-f]{64}P$/);
    expect(box.read().unlock(BOB)).toBeDefined();
  });

  test.each([
    ["closed", ">&-"],
    // The reader has gone for certain when the program starts.
    ["a pipe that nobody reads", "| (exec <&-; echo >go)"],
    ["a full disk", "> /dev/full"],
  ])("that nobody can take, standard output being %s, changes nothing and says so", async (_, where) => {
    for (const form of ["--json", "--yes"]) {
      const box = sandbox();
      const before = readFileSync(box.store, "utf8");
      const wait = where.includes("go") ? "read -r _ <go; " : "";
      await runProgram(["mkfifo", "go"], { cwd: box.folder });
      const line = `(${wait}'${binary()}' rekey-custodian --key-type raw ${form} -u ${BOB.name} --passphrase-file bob.pw; echo $? >&2)`;
      const { stderr } = await runProgram(["sh", "-c", `${line} ${where}`], { cwd: box.folder });
      expect(readFileSync(box.store, "utf8")).toBe(before);
      expect(stderr).toMatch(/^pprotect: .*standard output.*\n(?:hint: .*\n)?1\n$/m);
    }
  });
});

describe("whatever a file holds", () => {
  // A name in a file may be any; `add-domain` takes fewer.
  const odd = ["__proto__", "constructor", "1", "\u2028\u202e", "\x1b]0;owned\x07", "it's mine", "-dash"];
  const { data } = sampleStore();
  const domain = data.domains.get("dev");
  const domains = new Map(odd.map((name) => [name, domain as NonNullable<typeof domain>]));
  const text = KeyFile.from({ ...data, domains }).toString();

  test("its names come out as they are, in the order of code points", async () => {
    const box = sandbox(text);
    const { result } = await answerOf(["list-domains"], { cwd: box.folder });
    expect(result.domains).toEqual(odd.toSorted());
    const all = await answerOf(["list-all-secrets"], { cwd: box.folder });
    expect(all.result.secrets[0]).toEqual({ secret: "api-key", domains: odd.toSorted() });
  });

  test("its names stay on the line, and say nothing to a terminal", async () => {
    const { stdout } = await pprotect(["list-domains", "--json"], { cwd: sandbox(text).folder });
    expect(stdout).not.toMatch(/[\x1b\x07\u2028\u202e]/);
    expect(stdout).toContain("\\u2028\\u202e");
  });

  test.each(odd)("a shell runs the next action for %j as it is meant", async (name) => {
    const box = sandbox(text);
    const bin = emptyFolder();
    symlinkSync(resolve(binary()), join(bin, "pprotect"));
    const store = box.write("a store.yaml", text);
    const removed = await answerOf(["rm-owner", "--file", store, "--", name, BOB.name], { cwd: box.folder });
    const next = removed.next_actions?.[0]?.command ?? "";
    expect(next).toStartWith("pprotect --file '");
    const options = { cwd: box.folder, env: { ...env, PATH: `${bin}:${process.env.PATH}` } };
    const { status, stderr } = await runProgram(["sh", "-c", next], options);
    expect([status, stderr]).toEqual([0, expect.stringContaining("Rotated the keys")]);
    expect(KeyFile.parse(readFileSync(store), store).data.domains.get(name)?.owners.size).toBe(1);
  });
});

test("no value of a secret is in an answer but decrypt-domain's", async () => {
  const value = "hunter2-hunter2";
  const box = sandbox();
  const file = box.write("value", value);
  const set = await pprotect(["set-secret", "dev", "api-key", "--value-file", file, "--json"], {
    cwd: box.folder,
  });
  const generated = await pprotect(["add-secret", "dev", "made", "--generate", "--json"], {
    cwd: box.folder,
  });
  const made = secretsOf(box.read(), "dev", ALICE).made ?? "";
  expect(made).toHaveLength(32);
  for (const { stdout, stderr } of [set, generated]) {
    expect(readAnswer(stdout).ok).toBe(true);
    expect(stdout + stderr).not.toContain(value);
    expect(stdout + stderr).not.toContain(made);
  }
  const { result } = await answerOf(["decrypt-domain", "dev"], { cwd: box.folder, env });
  expect(result.secrets).toContainEqual({ name: "api-key", value });
});

test("questions and what is said to people are on standard error", async () => {
  const { folder } = sandbox();
  const { stdout, stderr } = await pprotect(["rm-domain", "--confirm", "--json"], {
    cwd: folder,
    input: "prod\ny\n",
  });
  expect(readAnswer(stdout).result).toEqual({ store: "protected.yaml", domain: "prod" });
  for (const said of [
    "Domain name: ",
    "Write changes? [y/N] ",
    "-domain prod  key ",
    "Removed domain prod.",
  ]) {
    expect(stderr).toContain(said);
  }
});

test("an answer that cannot be written is reported on standard error", async () => {
  const { folder } = sandbox();
  const { status, stderr } = await runProgram(["sh", "-c", `'${binary()}' list-domains --json > /dev/full`], {
    cwd: folder,
  });
  expect([status, stderr]).toEqual([
    1,
    "pprotect: cannot write to standard output: no space left on device\n",
  ]);
});

describe("the commands, for a program", () => {
  const options = { cwd: "/" };

  test.each([[[]], [["--help"]]])("%j with --json has every command, and what each takes", async (args) => {
    const { command, result } = await answerOf(args, options);
    expect(command).toBe("help");
    expect(result.commands.map(({ name }: { name: string }) => name)).toEqual(commandNames());
    expect(result.error_codes.map(({ code }: { code: string }) => code)).toEqual([...ERROR_CODES]);
  });

  test("and the schema fits it, and nothing with a property more or less", async () => {
    const [plain, help] = await Promise.all([answerOf([], options), answerOf(["--help"], options)]);
    expect(help).toEqual(plain);
    expect(mutants(plain).filter(isAnswer)).toEqual([]);
  });

  test.each([[["git", "check", "--help"]], [["help", "git", "check"]]])(
    "one command with %j has that one alone",
    async (args) => {
      const { result } = await answerOf(args, options);
      expect(result.commands).toEqual([
        {
          name: "git check",
          category: "git",
          description: "check existing commits against the pre-commit rules",
          usage: "pprotect git check [OPTIONS] [REVISION]",
          arguments: [
            {
              name: "revision",
              required: false,
              repeated: false,
              metavar: "REVISION",
              choices: null,
              description: expect.stringContaining("main..HEAD"),
            },
          ],
          options: [
            {
              names: ["--output-format", "--format"],
              value: "required",
              repeated: false,
              metavar: "FORMAT",
              choices: ["text", "json", "sarif", "github", "gitlab", "junit"],
              description: "how to print the findings (default: text)",
            },
            {
              names: ["--baseline"],
              value: "required",
              repeated: false,
              metavar: "FILE",
              choices: null,
              description: expect.stringContaining("accept the findings"),
            },
            ...["--no-baseline", "--write-baseline"].map((name) => ({
              names: [name],
              value: "none",
              repeated: false,
              metavar: null,
              choices: null,
              description: expect.any(String),
            })),
            {
              names: ["--strict"],
              value: "none",
              repeated: false,
              metavar: null,
              choices: null,
              description: "fail also when a file could not be scanned, or none was",
            },
            {
              names: ["--all"],
              value: "none",
              repeated: false,
              metavar: null,
              choices: null,
              description: "check every commit of every ref, and the messages of tags",
            },
            {
              names: ["--staged"],
              value: "none",
              repeated: false,
              metavar: null,
              choices: null,
              description: "check what is staged",
            },
          ],
          examples: expect.arrayContaining([
            { description: "What a branch adds", command: "pprotect git check main..HEAD" },
          ]),
        },
      ]);
    },
  );

  test("a group has its commands alone", async () => {
    const { result } = await answerOf(["help", "people"], options);
    const names = result.commands.map(({ name }: { name: string }) => name);
    expect(names).toContain("rekey-custodian");
    expect(names).not.toContain("init");
    expect(await answerOf(["help", "--all"], options)).toEqual(await answerOf([], options));
  });

  test("every command has what it declares, and nothing else", async () => {
    const { result } = await answerOf([], options);
    const { commands, globalOptions } = await commandList();
    const names = (all: readonly { readonly names: readonly string[] }[]) => all.map((each) => each.names);
    expect(names(result.global_options)).toEqual(names(globalOptions));
    for (const command of commands) {
      const described = result.commands.find(({ name }: { name: string }) => name === command.name);
      const own = command.options.filter(({ global }) => !global);
      expect(names(described.options)).toEqual(names(own));
      expect(described.options.map(({ value }: { value: string }) => value)).toEqual(
        own.map(({ value }) => value),
      );
      expect(described.usage).toBe(usageOf(command));
    }
  });
});
