import { afterAll, expect, test } from "bun:test";
import { COMMAND_CASES } from "../support/command-table.ts";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { userDirectories } from "../support/leases.ts";
import { readAnswer } from "../support/output-schema.ts";
import { pprotect, runProgram } from "../support/run.ts";
import { FRESH_PASSPHRASE, removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";

afterAll(removeFolders);

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly prepare: () => Promise<Sandbox> | Sandbox;
  readonly input?: string;
}

const isolated = (text: string) => async (): Promise<Sandbox> => {
  const box = sandbox();
  await runProgram(["sh", "-c", text], { cwd: box.folder });
  return box;
};

const conflicted = COMMAND_CASES.find(({ name }) => name === "git resolve");
if (!conflicted) throw new Error("git resolve has a row");

/** Each command once that changes something or gives something out, with every question answered, and more of these. */
const CASES: readonly Case[] = [
  ...COMMAND_CASES.filter(({ name, writes }) => writes || ["unlock", "lease"].includes(name)).map(
    ({ name, args, answers, prepare }) => {
      const words = name.split(" ").length;
      const input = answers.map(([, line]) => `${line}\n`).join("");
      return { name, args: [...args.slice(0, words), "--json", ...args.slice(words)], prepare, input };
    },
  ),
  {
    name: "git resolve",
    args: ["git", "resolve", "--json", "--ours"],
    prepare: conflicted.prepare,
  },
  {
    name: "env --out",
    args: ["env", "--json", "--domain", "prod", "--out", ".env"],
    prepare: isolated("git init -q .; echo .env > .gitignore"),
  },
  {
    name: "inject --out, of a store elsewhere",
    args: ["inject", "--json", "--file", "of/it's one.yaml", "--out", "made", "template"],
    prepare: isolated(
      `git init -q .; echo made > .gitignore; mkdir of; mv protected.yaml "of/it's one.yaml"; echo '{{prod/token}}' > template`,
    ),
  },
  {
    name: "rm-key-custodian, of a store elsewhere",
    args: ["rm-key-custodian", "--json", "--yes", "--file", "-s.yaml", "bob@example.com"],
    prepare: isolated("mv protected.yaml ./-s.yaml"),
  },
];

test("what a command says can be run next works as it is, and what does not has words to replace", async () => {
  const ran = new Set<string>();
  const failed: string[] = [];
  for (const { name, args, prepare, input = "" } of CASES) {
    const box = await prepare();
    const env = {
      ...userDirectories(),
      ...GIT_IDENTITY,
      PPROTECT_USER: ALICE.name,
      PPROTECT_PASSPHRASE: ALICE.passphrase,
      // What opens an editor does not work as it is.
      GIT_EDITOR: "false",
    };
    const { stdout } = await pprotect(args, { cwd: box.folder, env, input });
    if (!stdout.includes('"runnable":')) continue;
    const after = name === "set-key-custodian-passphrase" ? { PPROTECT_PASSPHRASE: FRESH_PASSPHRASE } : {};
    for (const { command, runnable } of readAnswer(stdout).next_actions ?? []) {
      if (/\b[A-Z]{4,}\b/.test(command) === runnable)
        failed.push(`${name}: ${command}: runnable ${runnable}`);
      if (!runnable) continue;
      const { status, stderr } = await runProgram(["sh", "-c", command], {
        cwd: box.folder,
        env: { ...env, ...after },
      });
      ran.add(name);
      if (status !== 0) failed.push(`${name}: ${command}: ${stderr}`);
    }
    await pprotect(["revoke", "--all"], { cwd: box.folder, env });
  }
  expect(failed).toEqual([]);
  expect([...ran]).toEqual(
    expect.arrayContaining(["unlock", "lease", "git resolve", "env --out", "git restore-log", "git install"]),
  );
}, 120_000);
