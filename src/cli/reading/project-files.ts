import { basename, dirname } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { readConfig } from "../../config/config.ts";
import { CONFIG_FILE } from "../../config/config-file.ts";
import { compileScanRules } from "../../config/scan/compile.ts";
import { mentionsScanRules } from "../../config/scan/mentions.ts";
import { valueChecker } from "../../config/values/check.ts";
import { readManifest } from "../../exec/manifest.ts";
import { MANIFEST_FILE } from "../../exec/manifest-file.ts";
import { openBlobReader } from "../../git/process/cat-file.ts";
import type { Repository } from "../../git/process/repository.ts";
import { stagedNames } from "../../git/process/staged-names.ts";
import type { Finding } from "../../scan/finding.ts";
import { DEFAULT_FILE } from "../../store/locate-store.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";

/** A file beside the store that all commands read: one that is broken in a commit stops everyone. */
interface ProjectFile {
  readonly rule: string;
  /** @throws PprotectError with `:LINE: ` before its message */
  readonly read: (bytes: Uint8Array, path: string) => unknown;
}

const FILES: Readonly<Record<string, ProjectFile>> = {
  [MANIFEST_FILE]: { rule: "invalid-manifest", read: (bytes) => readManifest(bytes, "") },
  [CONFIG_FILE]: {
    rule: "invalid-config",
    read: async (bytes, path) => {
      const { values, scan } = readConfig(bytes, "");
      if (path !== CONFIG_FILE && scan[0])
        throw scan[0].invalid(
          "rules of the guard have no effect here",
          `move them to ${CONFIG_FILE} in the root of the repository`,
        );
      await Promise.all([valueChecker(values), compileScanRules(scan)]);
    },
  },
};

/** What is wrong with the manifests and configurations that are staged. @throws PprotectError `git_failed` */
export async function stagedProjectFiles(repository: Repository): Promise<readonly Finding[]> {
  return problemsIn(repository, ":", await stagedNames(repository, "d"));
}

/** What is wrong with the manifests and configurations of a commit. @throws PprotectError `git_failed` */
export async function projectFilesAt(repository: Repository, commit: string): Promise<readonly Finding[]> {
  const listed = await repository.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit);
  return problemsIn(repository, `${commit}:`, listed);
}

/** What is wrong with the team's rules of a commit. @throws PprotectError `git_failed` */
export async function teamRulesAt(repository: Repository, commit: string): Promise<readonly Finding[]> {
  return problemsIn(repository, `${commit}:`, CONFIG_FILE);
}

async function problemsIn(
  repository: Repository,
  prefix: string,
  listed: string,
): Promise<readonly Finding[]> {
  const paths = listed.split("\0").filter((path) => Object.hasOwn(FILES, basename(path)));
  if (paths.length === 0) return [];
  const blobs = openBlobReader(repository.root);
  try {
    const findings: Finding[] = [];
    for (const path of paths) {
      const directory = dirname(path) === "." ? "" : `${dirname(path)}/`;
      const bytes = await blobs.read(`${prefix}${path}`, MAX_FILE_BYTES);
      if (!bytes) continue;
      // Without a store beside it, it may be another program's.
      const hasRules = path === CONFIG_FILE && mentionsScanRules(bytes);
      if (!hasRules && !(await blobs.read(`${prefix}${directory}${DEFAULT_FILE}`, 0))) continue;
      const finding = await problemOf(path, bytes);
      if (finding) findings.push(finding);
    }
    return findings;
  } finally {
    await blobs.close();
  }
}

async function problemOf(path: string, bytes: Uint8Array): Promise<Finding | undefined> {
  const file = FILES[basename(path)];
  try {
    await file?.read(bytes, path);
    return undefined;
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    const [, line = "1", message = error.message] = /^(?::(\d+))?: (.*)$/s.exec(error.message) ?? [];
    const fix = error.fix === undefined ? "" : `; ${error.fix}`;
    return { path, line: Number(line), rule: file?.rule ?? "", inStore: true, message: message + fix };
  }
}
