import { cpSync, existsSync } from "node:fs";
import { binary } from "./binary.ts";
import { GIT_IDENTITY } from "./git-identity.ts";
import { runProgram } from "./run.ts";
import { type Sandbox, sandbox } from "./sandbox.ts";
import { ALICE } from "./stores.ts";

/*
 * The folders that the commands of command-table.ts run in.
 */

async function git({ folder }: Sandbox, ...args: readonly string[]): Promise<number> {
  return (await runProgram(["git", ...args], { cwd: folder, env: GIT_IDENTITY })).status;
}

export async function withTemplate(): Promise<Sandbox> {
  const box = sandbox();
  box.write("template", "token: {{token}}\n");
  return box;
}

export async function withEditor(): Promise<Sandbox> {
  const box = sandbox();
  box.write("editor", "printf 'fresh: value\\n' >> \"$1\"\n");
  return box;
}

export async function withDotenv(): Promise<Sandbox> {
  const box = sandbox();
  box.write("env", "NEW=1\n");
  return box;
}

type Make = () => Promise<Sandbox>;

const templates = new Map<Make, Promise<Sandbox>>();

/** A copy of a folder that is made once, and again where the end of another test file has removed it. */
async function copyOf(make: Make): Promise<Sandbox> {
  const known = templates.get(make);
  const template = known && existsSync((await known).folder) ? known : make();
  templates.set(make, template);
  const box = sandbox(null);
  cpSync((await template).folder, box.folder, { recursive: true });
  return box;
}

export function repository(): Promise<Sandbox> {
  return copyOf(newRepository);
}

export function installedRepository(): Promise<Sandbox> {
  return copyOf(newInstalledRepository);
}

export function conflictedRepository(): Promise<Sandbox> {
  return copyOf(newConflictedRepository);
}

export function revertedRepository(): Promise<Sandbox> {
  return copyOf(newRevertedRepository);
}

async function newRepository(): Promise<Sandbox> {
  const box = sandbox();
  await git(box, "init", "-q", "-b", "main");
  await commit(box, "store");
  return box;
}

export async function withMessage(): Promise<Sandbox> {
  const box = await repository();
  box.write("message", "Add the store\n");
  return box;
}

async function commit(box: Sandbox, message: string): Promise<void> {
  await git(box, "add", "protected.yaml");
  if ((await git(box, "commit", "-q", "-m", message)) !== 0) throw new Error(`cannot commit ${message}`);
}

async function newInstalledRepository(): Promise<Sandbox> {
  const box = await repository();
  await runProgram([binary(), "git", "install"], { cwd: box.folder, env: GIT_IDENTITY });
  return box;
}

export async function withShownValue(): Promise<Sandbox> {
  const box = sandbox();
  const credentials = ["-u", ALICE.name, "--passphrase-file", box.alice];
  await runProgram([binary(), "lease", ...credentials, "prod/token"], { cwd: box.folder });
  return box;
}

export async function withAgentFiles(): Promise<Sandbox> {
  const box = sandbox();
  await runProgram([binary(), "agent", "install"], { cwd: box.folder });
  return box;
}

async function newConflictedRepository(): Promise<Sandbox> {
  const box = await repository();
  const put = (value: string) =>
    box.write("protected.yaml", box.read().setSecret("dev", "api-key", value).toString());
  await git(box, "checkout", "-q", "-b", "other");
  put("theirs");
  await commit(box, "theirs");
  await git(box, "checkout", "-q", "main");
  put("ours");
  await commit(box, "ours");
  if ((await git(box, "merge", "-q", "other")) === 0) throw new Error("no conflict");
  return box;
}

async function newRevertedRepository(): Promise<Sandbox> {
  const box = await repository();
  const before = box.read();
  box.write("protected.yaml", before.setSecret("dev", "api-key", "new").toString());
  await commit(box, "change");
  box.write("protected.yaml", before.toString());
  await commit(box, "revert");
  return box;
}

export async function mergeSides(): Promise<Sandbox> {
  const box = await repository();
  box.write("base.yaml", box.read().toString());
  box.write("ours.yaml", box.read().setSecret("dev", "one", "1").toString());
  box.write("theirs.yaml", box.read().setSecret("dev", "two", "2").toString());
  return box;
}
