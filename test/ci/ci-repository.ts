import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { packDirectory } from "../../src/build/release/archive.ts";
import { checksumFile, sha256 } from "../../src/build/release/checksums.ts";
import type { KeyFile } from "../../src/store/key-file.ts";
import { binary } from "../support/binary.ts";
import { mergeRepository, type TestRepository } from "../support/git-repository.ts";
import { emptyFolder } from "../support/sandbox.ts";
import { sampleStore } from "../support/stores.ts";

export const ROOT = resolve(import.meta.dir, "../..");

/** A YAML file of the repository. */
export function yamlFile<Content>(path: string): Content {
  return parse(readFileSync(join(ROOT, path), "utf8")) as Content;
}

/** A release whose binaries are scripts that run the one under test. @returns its folder, and the SHA-256 of SHA256SUMS */
export async function fakeRelease(): Promise<{ folder: string; pin: string }> {
  const folder = emptyFolder();
  const files = new Map<string, Uint8Array>();
  for (const name of ["linux-x64", "linux-arm64"]) {
    const content = join(emptyFolder(), `pprotect-${name}`);
    mkdirSync(content);
    writeFileSync(join(content, "pprotect"), `#!/bin/sh\nexec '${binary()}' "$@"\n`);
    chmodSync(join(content, "pprotect"), 0o755);
    files.set(`pprotect-${name}.tar.gz`, await packDirectory(content, 0));
  }
  files.set("install.sh", readFileSync(join(ROOT, "install.sh")));
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const sums = checksumFile(new Map([...files].map(([name, bytes]) => [name, sha256(bytes)])));
  writeFileSync(join(folder, "SHA256SUMS"), sums);
  return { folder, pin: sha256(Buffer.from(sums)) };
}

/** A repository with a store on main, and a branch that changes it or not. @returns main's commit too */
export async function pullRequest(
  change: (file: KeyFile) => KeyFile,
): Promise<{ repository: TestRepository; base: string }> {
  const repository = await mergeRepository();
  const start = sampleStore();
  await repository.commitStore(start.toString(), "start");
  const base = (await repository.must("rev-parse", "HEAD")).trim();
  await repository.must("checkout", "-q", "-b", "feature");
  await repository.commitStore(change(start).toString(), "change");
  return { repository, base };
}

/** A token of GitHub that no one has. */
export const TOKEN_LINE = `token = ghp_${"x7K2mQ9vR4tY8wZ3".repeat(3).slice(0, 36)}\n`;
