import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Schema, Validator } from "@cfworker/json-schema";
import { type GuardedRepository, guardedRepository, tokenLine } from "../git/guard/guard-repository.ts";
import { readAnswer } from "../support/output-schema.ts";
import { removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const MESSAGE = `Set the token\n\n${tokenLine()}\n`;
const UNTIL = "(new in pprotect 0.1.0: from the next minor release on, this is an error)";

const SARIF = new Validator(
  JSON.parse(
    readFileSync(resolve(import.meta.dir, "../fixtures/sarif/sarif-2.1.0.schema.json"), "utf8"),
  ) as Schema,
  "4",
);

/** A repository whose second commit has a token in its message. */
async function withMessage(): Promise<{ readonly repository: GuardedRepository; readonly said: string }> {
  const repository = await guardedRepository();
  await repository.force("first");
  const said = await repository.force(MESSAGE);
  return { repository, said };
}

const check = async (repository: GuardedRepository, ...args: readonly string[]) => {
  const { status, stdout } = await repository.pprotect("git", "check", "--json", ...args);
  return { status, result: readAnswer(stdout).result };
};

describe("git check looks at messages", () => {
  test("and warns for one release, in each format with the commit", async () => {
    const { repository, said } = await withMessage();
    const text = await repository.pprotect("git", "check", "--all");
    expect([text.status, text.stdout]).toEqual([0, ""]);
    expect(text.stderr).toContain(
      `${said} commit message:3: warning: github-token: looks like a GitHub token`,
    );
    expect(text.stderr).toContain(UNTIL);
    const { result } = await check(repository, "HEAD");
    expect(result).toMatchObject({
      findings: [],
      warnings: [{ commit: said, path: "commit message", line: 3, rule: "github-token" }],
      scanned: { messages: 1, files: 0 },
    });
    expect((await check(repository, "--all")).result.scanned.messages).toBe(2);
    const report = async (format: string) =>
      (await repository.pprotect("git", "check", "--format", format)).stdout;
    const described = `line 3 of the message of commit ${said} looks like a GitHub token`;
    const log = JSON.parse(await report("sarif"));
    expect(SARIF.validate(log).errors).toEqual([]);
    expect(log.runs[0].results).toMatchObject([
      {
        level: "warning",
        message: { text: expect.stringContaining(described) },
        locations: [{ physicalLocation: { artifactLocation: { uri: "commit%20message" } } }],
        properties: { commit: said },
      },
    ]);
    expect(JSON.parse(await report("gitlab"))).toMatchObject([
      {
        description: expect.stringContaining(described),
        location: { path: "commit message", lines: { begin: 3 } },
      },
    ]);
    expect(await report("github")).toStartWith(`::warning title=pprotect%3A github-token::${described}`);
    expect(await report("junit")).toContain(
      `<testcase classname="commit message" name="${said} github-token in line 3">`,
    );
  });

  test("which may have a marker, or be listed in .pprotectignore", async () => {
    const repository = await guardedRepository();
    await repository.force(`a\n\n${tokenLine()} pprotect:allow\n`);
    repository.write(".pprotectignore", "commit message rule=github-token\n");
    await repository.force(`b\n\n${tokenLine()}\n`);
    expect((await check(repository, "--all")).result).toMatchObject({
      findings: [],
      warnings: [],
      suppressed: [
        { path: "commit message", line: 3, by: "marker" },
        { path: "commit message", line: 3, by: "ignore-file" },
      ],
    });
  });
});

describe("git check --all looks at messages of tags", () => {
  /** A tag with a token in its message, and a lightweight one of a commit. @returns its id */
  async function tagged(
    repository: GuardedRepository,
    name: string,
    ...target: readonly string[]
  ): Promise<string> {
    await repository.git("tag", "-a", "-m", MESSAGE, name, ...target);
    return (await repository.git("rev-parse", name)).stdout.trim();
  }

  test("of tags of tags too, each once, and warns as for commits", async () => {
    const repository = await guardedRepository();
    await repository.force("first");
    const inner = await tagged(repository, "inner");
    await repository.git("tag", "-a", "-m", "no secret", "outer", "inner");
    await repository.git("tag", "-d", "inner");
    await repository.git("tag", "again", inner);
    await repository.git("tag", "lightweight");
    const { status, result } = await check(repository, "--all");
    expect([status, result.commits, result.findings, result.scanned.messages]).toEqual([0, 1, [], 3]);
    expect(result.warnings).toMatchObject([
      { path: "commit message", line: 3, rule: "github-token", message: expect.stringContaining(UNTIL) },
    ]);
    expect(inner).toStartWith(result.warnings[0].commit);
    expect((await check(repository, "outer")).result).toMatchObject({
      warnings: [],
      scanned: { messages: 1 },
    });
  });

  test("of a file, in a repository without a commit", async () => {
    const repository = await guardedRepository();
    repository.write("file", "x\n");
    const { stdout } = await repository.git("hash-object", "-w", "file");
    await tagged(repository, "lone", stdout.trim());
    const { status, result } = await check(repository, "--all");
    expect([status, result.commits, result.scanned.messages]).toEqual([0, 0, 1]);
    expect(result.warnings).toMatchObject([{ path: "commit message", rule: "github-token" }]);
  });

  test("and fails where a tag says something else about its object than git does", async () => {
    const repository = await guardedRepository();
    await repository.force("first");
    const inner = await tagged(repository, "inner");
    const lie = `object ${inner}\ntype blob\ntag outer\ntagger A <a@b> 1700000000 +0000\n\nx\n`;
    repository.write("lie", lie);
    const { stdout } = await repository.git("hash-object", "-t", "tag", "-w", "--literally", "lie");
    repository.write(".git/refs/tags/outer", stdout);
    await repository.git("tag", "-d", "inner");
    const { status, stderr } = await repository.pprotect("git", "check", "--all");
    expect([status, stderr]).toEqual([1, expect.stringContaining("git rev-list failed: ")]);
  });

  test("which may be listed in .pprotectignore, and are accepted by the baseline", async () => {
    const repository = await guardedRepository();
    await repository.force("first");
    await tagged(repository, "before");
    await repository.pprotect("git", "check", "--all", "--write-baseline");
    await repository.force("the baseline");
    expect((await check(repository, "--all")).result).toMatchObject({
      warnings: [],
      suppressed: [{ path: "commit message", by: "baseline" }],
    });
    repository.write(".pprotectignore", "commit message rule=github-token\n");
    await repository.force("ignore it");
    await tagged(repository, "after");
    expect((await check(repository, "--all", "--no-baseline")).result).toMatchObject({
      warnings: [{ rule: "github-token" }],
      suppressed: [{ path: "commit message", by: "ignore-file" }],
    });
  });
});

describe("the baseline", () => {
  test("accepts the messages that were there, and later ones with a warning in the history, and not in a range", async () => {
    const { repository } = await withMessage();
    const { stderr } = await repository.pprotect("git", "check", "--all", "--write-baseline");
    expect(stderr).toContain("1 suppressed (1 by the baseline)");
    expect((await repository.commit()).status).toBe(0);
    const clean = await check(repository, "--all");
    expect(clean.result).toMatchObject({
      findings: [],
      warnings: [],
      suppressed: [{ path: "commit message", rule: "github-token", by: "baseline" }],
    });
    const later = await repository.force(MESSAGE);
    expect((await check(repository, "--all")).result).toMatchObject({
      findings: [],
      warnings: [
        { commit: later, message: expect.stringMatching(/^accepted by .*, but the line is new or has/) },
      ],
    });
    const [{ message }] = (await check(repository, "HEAD")).result.warnings;
    expect(message).toEndWith(UNTIL);
    // Entries for messages are for no file, and those for files for no message.
    repository.write("x.txt", `${tokenLine()}\n`);
    const inFile = await repository.force();
    expect((await check(repository, "--all")).result.findings).toMatchObject([
      { commit: inFile, path: "x.txt" },
    ]);
  });

  test("accepts what another secret was put into with a warning, in a range and in the history", async () => {
    const repository = await guardedRepository();
    repository.write("a.txt", `${tokenLine()}\n`);
    await repository.force();
    await repository.pprotect("git", "check", "--all", "--write-baseline");
    await repository.force();
    const other = tokenLine().replace(/_\w+/, (token) => `_${[...token.slice(1)].reverse().join("")}`);
    const changedBy = async (content: string): Promise<readonly unknown[]> => {
      repository.write("a.txt", content);
      const commit = await repository.force();
      const range = (await check(repository, "HEAD~1..HEAD")).result;
      const all = (await check(repository, "--all")).result;
      expect([range.findings, all.findings]).toEqual([[], []]);
      const inCommit = all.warnings.filter((each: { commit: string }) => each.commit === commit);
      expect(range.warnings).toEqual(inCommit);
      return inCommit.map(({ path, message }: Record<string, string>) => [path, message?.split(":")[0]]);
    };
    const accepted = ["a.txt", "accepted by .pprotect-baseline.json, but the line is new or has changed"];
    expect(await changedBy(`moved\n\n  ${tokenLine().replaceAll(" ", "  ")}\n`)).toEqual([]);
    expect(await changedBy(`${other}\n`)).toEqual([accepted]);
    // A file that comes back may have any secret.
    repository.remove("a.txt");
    await repository.force();
    expect(await changedBy(`${tokenLine()}\n`)).toEqual([accepted]);
    await repository.must("mv", "a.txt", "b.txt");
    await repository.force();
    await repository.must("mv", "b.txt", "c.txt");
    repository.write("c.txt", `${tokenLine()}\nmore\n`);
    await repository.force();
    expect((await check(repository, "HEAD")).result).toMatchObject({ findings: [], warnings: [] });
  });
});
