import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { KeyType } from "../../src/store/custodian.ts";
import type { Candidate } from "./measure.ts";
import {
  type BenchStore,
  OWNER,
  putStore,
  storeOf,
  storeOfTenOwners,
  storeOfTwentyDomains,
  withSecrets,
} from "./stores.ts";

const CREDENTIALS = ["-u", OWNER, "--passphrase-file", "pass"];

/** A folder of its own for a measurement. */
function folder(root: string, name: string): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** Commands that need no store. */
export function startCandidates(binary: string, root: string): Candidate[] {
  return ["version", "--help"].map((word) => ({ name: word, command: [binary, word], cwd: root }));
}

/** Other programs, to compare with; `age` where it is installed. */
export function otherPrograms(root: string): Candidate[] {
  const cwd = folder(root, "others");
  const git: Candidate = { name: "git --version", command: ["git", "--version"], cwd };
  if (Bun.which("age") === null || Bun.which("age-keygen") === null) return [git];
  Bun.spawnSync(["age-keygen", "-o", "identity"], { cwd });
  const { stdout } = Bun.spawnSync(["age-keygen", "-y", "identity"], { cwd });
  Bun.spawnSync(["age", "-r", stdout.toString().trim(), "-o", "file.age"], {
    cwd,
    stdin: Buffer.from("value ".padEnd(40, "x")),
  });
  return [git, { name: "age -d", command: ["age", "-d", "-i", "identity", "file.age"], cwd }];
}

/** What people do all day with a small store, by the kind of the owner's key. */
export function dailyCandidates(binary: string, root: string, keyType: KeyType): Candidate[] {
  const cwd = folder(root, `daily-${keyType}`);
  putStore(cwd, storeOf(10, keyType));
  const named = (name: string, ...args: string[]): Candidate => ({
    name: `${name}, ${keyType}`,
    command: [binary, ...args],
    cwd,
  });
  return [
    named("list-domains", "list-domains"),
    named("list-all-secrets", "list-all-secrets"),
    { ...named("Tab", "__complete", "zsh"), input: "2\0pprotect\0rm-domain\0\0" },
    named("decrypt-domain", "decrypt-domain", "dev", ...CREDENTIALS),
    named("get", "get", "dev/secret-000003", ...CREDENTIALS),
    named("exec true", "exec", "--domain", "dev", ...CREDENTIALS, "--", "true"),
  ];
}

/** Commands over many owners or domains that may derive one key only. */
export function oneDerivationCandidates(binary: string, root: string): Candidate[] {
  const restored = (name: string, store: BenchStore, ...args: string[]): Candidate => {
    const cwd = folder(root, name);
    putStore(cwd, store);
    copyFileSync(join(cwd, "protected.yaml"), join(cwd, "before.yaml"));
    return {
      name,
      command: [binary, ...args, ...CREDENTIALS],
      cwd,
      input: "y\n",
      before: () => {
        copyFileSync(join(cwd, "before.yaml"), join(cwd, "protected.yaml"));
        // The keys that were accepted with the new store: the old one would be refused.
        rmSync(join(cwd, ".local"), { recursive: true, force: true });
      },
    };
  };
  return [
    restored("rotate, 10 owners", storeOfTenOwners(), "rotate-domain-keys", "dev"),
    restored("migrate-owner, 20 domains", storeOfTwentyDomains(), "migrate-owner", "new@example.com"),
  ];
}

/** The same work on stores of growing size. */
export function sizeCandidates(binary: string, root: string, secrets: number): Candidate[] {
  const cwd = folder(root, `size-${secrets}`);
  const { file, passphrase } = storeOf(secrets, "raw");
  putStore(cwd, { file, passphrase });
  const saved = join(cwd, "before.yaml");
  copyFileSync(join(cwd, "protected.yaml"), saved);
  const restore = (): void => copyFileSync(saved, join(cwd, "protected.yaml"));
  putStore(folder(cwd, "ours"), { file: withSecrets(file, "ours", 5), passphrase });
  putStore(folder(cwd, "theirs"), { file: withSecrets(file, "theirs", 5), passphrase });
  stageStore(cwd);
  const named = (name: string, command: string[], before?: () => void): Candidate => ({
    name: `${name}, ${secrets}`,
    command,
    cwd,
    ...(before && { before }),
  });
  return [
    named("list-all-secrets", [binary, "list-all-secrets"]),
    named("decrypt one", [binary, "decrypt-domain", "dev", "--secret", "secret-000003", ...CREDENTIALS]),
    named("exec --only one", [
      binary,
      "exec",
      "--domain",
      "dev",
      "--only",
      "secret-000003",
      ...CREDENTIALS,
      "--",
      "true",
    ]),
    named("decrypt all", [binary, "decrypt-domain", "dev", ...CREDENTIALS]),
    named("add one", [binary, "add-secret", "dev", "another", "--value-file", "pass"], restore),
    named(
      "merge",
      [binary, "git", "merge-driver", "before.yaml", "merged.yaml", "theirs/protected.yaml"],
      () => copyFileSync(join(cwd, "ours/protected.yaml"), join(cwd, "merged.yaml")),
    ),
    named("pre-commit", [binary, "git", "pre-commit"]),
  ];
}

/** What {@link sizeCandidates} measures, and a rotation: all that goes through a whole store. */
export function scaleCandidates(binary: string, root: string, secrets: number): Candidate[] {
  const all = sizeCandidates(binary, root, secrets);
  const named = (name: string): Candidate => {
    const found = all.find((each) => each.name === `${name}, ${secrets}`);
    if (!found) throw new Error(`no candidate ${name}`);
    return { ...found, name };
  };
  const add = named("add one");
  const rotate = { ...add, name: "rotate", command: [binary, "rotate-domain-keys", "dev", ...CREDENTIALS] };
  return [{ ...named("list-all-secrets"), name: "list" }, named("decrypt all"), add, rotate, named("merge")];
}

/** A repository in which the store is staged, as it is when the hook runs. */
function stageStore(cwd: string): void {
  for (const args of [
    ["init", "-q"],
    ["add", "protected.yaml"],
  ]) {
    const { exitCode } = Bun.spawnSync(["git", ...args], { cwd });
    if (exitCode !== 0) throw new Error(`git ${args.join(" ")} failed`);
  }
}
