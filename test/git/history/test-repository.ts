import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { binary } from "../../support/binary.ts";
import { cleanEnvironment, type Result, runProgram } from "../../support/run.ts";
import { emptyFolder } from "../../support/sandbox.ts";

/** A real git repository that nothing of this machine's own configuration reaches. */
export interface TestRepository {
  readonly folder: string;
  /** Runs git. @throws when it fails */
  git(...args: readonly string[]): Promise<string>;
  /** Writes a file and commits it alone; one minute after the commit before. @returns the short id */
  commit(content: string | Uint8Array, author?: string, path?: string): Promise<string>;
  /** Commits what is staged. @returns the short id */
  commitStaged(author?: string): Promise<string>;
  /** Runs the compiled binary. */
  pprotect(...args: readonly string[]): Promise<Result>;
  write(path: string, content: string | Uint8Array): void;
}

const STORE = "protected.yaml";

/** A new repository in which git shows stores through the compiled binary. */
export async function testRepository(): Promise<TestRepository> {
  const folder = emptyFolder();
  let minute = 0;
  const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const result = await runProgram(["git", ...args], { cwd: folder, env: { ...ISOLATED, ...env } });
    if (result.status !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr}${result.stdout}`);
    return result.stdout;
  };
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const commitStaged = async (author = "alice@example.com"): Promise<string> => {
    const date = `2026-11-23T09:${String(minute++).padStart(2, "0")}:00Z`;
    await run(["commit", "-q", "--allow-empty", "-m", "change"], {
      GIT_AUTHOR_EMAIL: author,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    });
    return (await run(["rev-parse", "--short", "HEAD"])).trim();
  };
  await run(["init", "-q", "-b", "main"]);
  await run(["config", "diff.pprotect.textconv", `'${binary()}' git textconv`]);
  write(".gitattributes", "*.yaml diff=pprotect\n");
  return {
    folder,
    git: (...args) => run(args),
    async commit(content, author, path = STORE) {
      write(path, content);
      await run(["add", path]);
      return commitStaged(author);
    },
    commitStaged,
    pprotect: (...args) => runProgram([binary(), ...args], { cwd: folder, env: ISOLATED }),
    write,
  };
}

const ISOLATED = {
  ...cleanEnvironment(""),
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "A. U. Thor",
  GIT_AUTHOR_EMAIL: "alice@example.com",
  GIT_COMMITTER_NAME: "C. O. Mitter",
  GIT_COMMITTER_EMAIL: "committer@example.com",
};
