import { afterEach } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AccessEntry } from "../../src/lease/access-log/entry.ts";
import { entriesIn } from "../../src/lease/access-log/filter.ts";
import { binary } from "./binary.ts";
import { type UserDirectories, userDirectories } from "./leases.ts";
import { readAnswer } from "./output-schema.ts";
import { pprotect, type Result, runProgram } from "./run.ts";
import { type Sandbox, sandbox } from "./sandbox.ts";
import { ALICE } from "./stores.ts";

/** A user with directories of their own, in a directory with the sample store. */
export interface LeaseUser {
  readonly box: Sandbox;
  readonly directories: UserDirectories;
  /** Runs the binary without credentials; nobody can be asked. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>, input?: string): Promise<Result>;
  /** The same with alice's credentials on the line. */
  asAlice(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Result>;
  /** Runs a line of a shell, where `pprotect` is the binary. */
  shell(line: string, env?: Readonly<Record<string, string>>): Promise<Result>;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is the schema's to say
  answer(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<any>;
  /** The entries of the access log. */
  log(): readonly AccessEntry[];
  /** Ends everything that the user has left. */
  close(): Promise<void>;
}

export function leaseUser(text?: string): LeaseUser {
  const box = sandbox(text);
  const directories = userDirectories();
  const environment = (extra: Readonly<Record<string, string>> = {}) => ({ ...directories, ...extra });
  const run: LeaseUser["run"] = (args, env, input = "") =>
    pprotect([...args], { cwd: box.folder, env: environment(env), input });
  return {
    box,
    directories,
    run,
    asAlice: ([command = "", ...args], env) =>
      run([command, "-u", ALICE.name, "--passphrase-file", box.alice, ...args], env),
    shell: (line, env) =>
      runProgram(["sh", "-c", `pprotect() { '${binary()}' "$@"; }\n${line}`], {
        cwd: box.folder,
        env: environment(env),
      }),
    answer: async ([command = "", ...args], env) =>
      readAnswer((await run([command, "--json", ...args], env)).stdout),
    log: () => entriesIn(readFileSync(join(directories.XDG_STATE_HOME, "pprotect/access.jsonl"), "utf8")),
    close: async () => {
      await run(["revoke", "--all"]);
    },
  };
}

/** Makes users for the tests of a file, each of whom is gone after its test: call it once, outside of any test. */
export function leaseUsers(): typeof leaseUser {
  const users: LeaseUser[] = [];
  afterEach(async () => {
    for (const user of users.splice(0)) await user.close();
  });
  return (text) => {
    const user = leaseUser(text);
    users.push(user);
    return user;
  };
}
