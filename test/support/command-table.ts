import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ErrorCode } from "../../src/common/errors.ts";
import {
  conflictedRepository,
  installedRepository,
  mergeSides,
  repository,
  revertedRepository,
  withAgentFiles,
  withDotenv,
  withEditor,
  withMessage,
  withShownValue,
  withTemplate,
} from "./command-folders.ts";
import { FRESH_PASSPHRASE, type Sandbox, sandbox } from "./sandbox.ts";
import { ALICE, BOB } from "./stores.ts";

/** A command that asks for all that it can ask for. */
export interface CommandCase {
  /** Its words, as the registry has them. */
  readonly name: string;
  readonly args: readonly string[];
  /** Each question, and the line that answers it; none for a command that never asks. */
  readonly answers: readonly (readonly [question: string, line: string])[];
  /** A line that a command which reads standard input itself gives back. */
  readonly copies?: string;
  /** Whether it changes a file when it is answered. */
  readonly writes: boolean;
  /** Whether it prints data on standard output. */
  readonly prints: boolean;
  /** The error that it ends with where the tests run: without a keyring. */
  readonly refused?: ErrorCode;
  /** It reads what git writes to it, and does not wait for that at a terminal. */
  readonly refusesTerminal?: true;
  /** Makes the folder that it runs in. */
  readonly prepare: () => Promise<Sandbox>;
}

const AS_ALICE = [
  ["User email: ", ALICE.name],
  ["Passphrase: ", ALICE.passphrase],
] as const;

/** Each command once, with everything left to be asked. */
export const COMMAND_CASES: readonly CommandCase[] = [
  writing(
    "init",
    ["--key-type", "fast", "--file", "new.yaml"],
    [
      ["User email: ", "zoë@example.com"],
      ["Passphrase: ", "sesam öffne dich, violette Tapioka"],
      ["Retype passphrase: ", "sesam öffne dich, violette Tapioka"],
    ],
  ),
  printing("version"),
  printing("help"),
  printing("doctor"),
  printing("check", ["-u", ALICE.name], [["Passphrase: ", ALICE.passphrase]], { prints: false }),
  printing("completion", ["bash"]),
  printing("list-audit-log"),
  writing("truncate-audit-log", [], [["Entries to keep: ", "2"]]),
  writing(
    "add-key-custodian",
    ["--key-type", "raw"],
    [
      ["User email: ", "carol@example.com"],
      ["Have you saved the key? Type YES to confirm: ", "YES"],
    ],
    { prints: true },
  ),
  writing("rm-key-custodian", ["--yes"], [["Custodian email: ", BOB.name]]),
  printing("list-user-secrets", [], AS_ALICE),
  writing(
    "set-key-custodian-passphrase",
    ["--key-type", "fast"],
    [
      ["User email: ", ALICE.name],
      ["Current passphrase: ", ALICE.passphrase],
      ["New passphrase: ", FRESH_PASSPHRASE],
      ["Retype new passphrase: ", FRESH_PASSPHRASE],
    ],
  ),
  writing(
    "rekey-custodian",
    ["--key-type", "raw"],
    [
      ["User email: ", BOB.name],
      ["Current passphrase: ", BOB.passphrase],
      ["Have you saved the key? Type YES to confirm: ", "YES"],
    ],
    { prints: true },
  ),
  writing(
    "offboard",
    ["--confirm"],
    [["Custodian email: ", BOB.name], ...AS_ALICE, ["Write changes? [y/N] ", "y"]],
  ),
  printing("access", ["-u", ALICE.name], [["Passphrase: ", ALICE.passphrase]], { prepare: repository }),
  printing("leak", ["prod"], AS_ALICE, { prepare: repository, prints: false }),
  printing("keyring set", [], [], { prints: false, refused: "keyring_unavailable" }),
  printing("keyring rm", [], [], { prints: false, refused: "keyring_unavailable" }),
  printing("keyring status"),
  printing("trust"),
  writing(
    "add-domain",
    ["--confirm"],
    [...AS_ALICE, ["Domain name: ", "stage"], ["Write changes? [y/N] ", "y"]],
  ),
  writing("add-owner", [], [...AS_ALICE, ["Domain name: ", "prod"], ["New owner email: ", BOB.name]]),
  printing("list-domains"),
  writing("rotate-domain-keys", [], [...AS_ALICE, ["Domain name: ", "dev"]]),
  writing("migrate-owner", [], [...AS_ALICE, ["New owner email: ", BOB.name], ["Proceed? [y/N] ", "y"]]),
  writing(
    "rm-owner",
    [],
    [
      ["Domain name: ", "dev"],
      ["Owner email: ", BOB.name],
    ],
  ),
  writing("rm-domain", ["--yes"], [["Domain name: ", "prod"]]),
  writing(
    "add-secret",
    [],
    [
      ["Domain name: ", "dev"],
      ["Secret name: ", "fresh"],
      ["Secret value: ", "hunter2 'é' 🎲"],
    ],
  ),
  printing("list-domain-secrets", [], [["Domain name: ", "dev"]]),
  printing("list-all-secrets"),
  writing(
    "update-secret",
    ["--confirm"],
    [
      ["Domain name: ", "dev"],
      ["Secret name: ", "api-key"],
      ["Secret value: ", "v2"],
      ["Write changes? [y/N] ", "y"],
    ],
  ),
  writing(
    "rotate",
    ["--value-file", "alice.pw", "--confirm"],
    [
      ["Domain name: ", "dev"],
      ["Secret name: ", "api-key"],
      ["Write changes? [y/N] ", "y"],
    ],
  ),
  writing(
    "set-secret",
    [],
    [
      ["Domain name: ", "prod"],
      ["Secret name: ", "token"],
      ["Secret value: ", "v3"],
    ],
  ),
  writing(
    "rm-secret",
    ["--confirm"],
    [
      ["Domain name: ", "dev"],
      ["Secret name: ", "api-key"],
      ["Write changes? [y/N] ", "y"],
    ],
  ),
  printing("list-custodians"),
  printing("list-owners"),
  printing("diff", ["dev", "dev", "-u", ALICE.name], [["Passphrase: ", ALICE.passphrase]]),
  printing("get", [], [["Domain name: ", "prod"], ["Secret name: ", "token"], ...AS_ALICE]),
  writing(
    "rename-secret",
    [],
    [...AS_ALICE, ["Domain name: ", "prod"], ["Secret name: ", "token"], ["New name: ", "renamed"]],
  ),
  writing(
    "copy-secret",
    [],
    [...AS_ALICE, ["Domain name: ", "prod"], ["Secret name: ", "token"], ["To domain: ", "dev"]],
  ),
  writing(
    "move-secret",
    [],
    [...AS_ALICE, ["Domain name: ", "prod"], ["Secret name: ", "token"], ["To domain: ", "dev"]],
  ),
  writing(
    "restore-secret",
    ["--rev", "HEAD"],
    [...AS_ALICE, ["Domain name: ", "prod"], ["Secret name: ", "token"]],
    { prepare: repository },
  ),
  writing("rename-domain", [], [...AS_ALICE, ["Domain name: ", "prod"], ["New name: ", "production"]]),
  printing("decrypt-domain", [], [...AS_ALICE, ["Domain name: ", "prod"]]),
  printing("env", ["--domain", "prod"], AS_ALICE),
  printing("export", ["prod", "--format", "json"], AS_ALICE),
  writing("import", ["dev", "env"], [], { prepare: withDotenv }),
  writing("edit", ["--editor", "sh ./editor"], [...AS_ALICE, ["Domain name: ", "dev"]], {
    prepare: withEditor,
  }),
  printing("inject", ["--domain", "prod", "template"], AS_ALICE, { prepare: withTemplate }),
  printing("cleanup", [], [], { prints: false }),
  printing("exec", ["--domain", "prod", "--", "printenv", "token"], AS_ALICE),
  {
    ...printing("redact", ["--domain", "prod", "-u", ALICE.name, "--passphrase-file", "alice.pw"]),
    copies: "nothing secret",
  },
  printing("unlock", ["dev", "--ttl", "1s"], AS_ALICE, { prints: false }),
  printing("lock", [], [], { prints: false }),
  // Not dev, which the case of `unlock` opens for a second.
  printing("lease", ["prod/token"], AS_ALICE),
  printing("revoke", ["--client", "no-such-client"], [], { prints: false }),
  // With something to show, whatever leases there are on the machine.
  printing("status", [], [], { prepare: withShownValue }),
  printing("audit", [], [], { prepare: withShownValue }),
  writing("agent install", ["--confirm"], [["Write them? [y/N] ", "y"]]),
  printing("agent status", [], [], { prepare: withAgentFiles }),
  writing("agent uninstall", [], [], { prepare: withAgentFiles }),
  writing(
    "git resolve",
    [],
    [
      ["Take [o]urs, [t]heirs or a [n]ew value? ", "n"],
      ["Secret value: ", "settled"],
    ],
    { prepare: conflictedRepository },
  ),
  writing("git merge-driver", ["base.yaml", "ours.yaml", "theirs.yaml"], [], { prepare: mergeSides }),
  printing("git textconv", ["protected.yaml"]),
  writing("git restore-log", [], [], { prepare: revertedRepository }),
  printing("git history", [], [], { prepare: repository }),
  writing("git install", ["--confirm"], [["Change this repository? [y/N] ", "y"]], { prepare: repository }),
  writing("git uninstall", ["--confirm"], [["Change this repository? [y/N] ", "y"]], {
    prepare: installedRepository,
  }),
  printing("git status", [], [], { prepare: installedRepository }),
  printing("git pre-commit", [], [], { prepare: repository, prints: false }),
  printing("git commit-msg", ["message"], [], { prepare: withMessage, prints: false }),
  printing("git pre-push", ["origin", "../origin.git"], [], {
    prepare: repository,
    prints: false,
    refusesTerminal: true,
  }),
  printing("git pre-receive", [], [], { prepare: repository, prints: false, refusesTerminal: true }),
  printing("git summary", ["HEAD~1..HEAD"], [], { prepare: revertedRepository }),
  printing("git check", [], [], { prepare: repository, prints: false }),
  printing("scan", [], [], { prints: false }),
];

/** With its credentials left to be asked: what follows them on standard input could be taken for answers. */
export const REDACT_AT_PROMPTS: CommandCase = printing("redact", ["--domain", "prod"], AS_ALICE);

/** The commands that write a store. */
export const STORE_WRITERS: readonly CommandCase[] = COMMAND_CASES.filter(
  ({ name, writes }) => writes && !/^(?:git|agent) (?:un)?install$/.test(name),
);

/** All answers of a command, for its standard input. */
export function inputOf({ answers }: CommandCase): string {
  return answers.map(([, line]) => `${line}\n`).join("");
}

type Answers = CommandCase["answers"];
type Rest = Partial<Pick<CommandCase, "prints" | "prepare" | "refused" | "refusesTerminal">>;

function writing(name: string, args: readonly string[], answers: Answers, rest: Rest = {}): CommandCase {
  return { ...printing(name, args, answers, { prints: false, ...rest }), writes: true };
}

function printing(
  name: string,
  args: readonly string[] = [],
  answers: Answers = [],
  rest: Rest = {},
): CommandCase {
  const prepare = async () => sandbox();
  return {
    name,
    args: [...name.split(" "), ...args],
    answers,
    writes: false,
    prints: true,
    prepare,
    ...rest,
  };
}

/** Everything in a folder that a command may change: whether it is the same afterwards. */
export function snapshot({ folder }: Sandbox): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    // Git's own files change as they are read; what the user accepted is kept in their home, which is the sandbox.
    .filter((path) => !path.startsWith(join(folder, ".local/state/")))
    .filter((path) => !/\/\.git\/(?!config$|hooks\/|info\/|pprotect)/.test(path));
  return Object.fromEntries(files.map((path) => [path, readFileSync(path, "latin1")]));
}
