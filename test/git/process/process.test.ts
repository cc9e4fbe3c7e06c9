import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import fc from "fast-check";
import { ByteReader } from "../../../src/git/process/byte-reader.ts";
import { openBlobReader, streamObjects } from "../../../src/git/process/cat-file.ts";
import { openAttributeReader } from "../../../src/git/process/check-attr.ts";
import {
  openAnyRepositoryDirectly,
  openRepositoryDirectly,
} from "../../../src/git/process/direct-repository.ts";
import { openRepository } from "../../../src/git/process/repository.ts";
import { gitEnvironment } from "../../../src/git/process/safe-git.ts";
import { startGit } from "../../../src/git/process/stream.ts";
import { mergeRepository } from "../../support/git-repository.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

test("git is started in three files, each with the safe configuration and environment", () => {
  const src = resolve(import.meta.dir, "../../../src");
  const starts = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /\b(?:gitProgram|simpleGit)\(/.test(readFileSync(file, "utf8")))
    .toSorted();
  expect(starts.map((file) => relative(src, file))).toEqual([
    "git/process/repository.ts",
    "git/process/setting.ts",
    "git/process/stream.ts",
  ]);
  for (const file of starts) {
    expect(readFileSync(file, "utf8")).toMatch(/SAFE_GIT_CONFIG[\s\S]*gitEnvironment\(\)/);
  }
});

describe("gitEnvironment", () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  });

  test("passes on what git finds the repository by, and no passphrase and no program", () => {
    Object.assign(process.env, {
      GIT_INDEX_FILE: "index",
      GIT_EXTERNAL_DIFF: "evil",
      GIT_SSH_COMMAND: "evil",
      GIT_ALLOW_PROTOCOL: "file",
      APP_PASSPHRASE: "secret",
      OTHER_VARIABLE: "kept",
    });
    const environment = gitEnvironment();
    expect(environment).toMatchObject({
      GIT_INDEX_FILE: "index",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_ALLOW_PROTOCOL: "none",
      OTHER_VARIABLE: "kept",
    });
    for (const name of ["GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "APP_PASSPHRASE"]) {
      expect(environment).not.toHaveProperty(name);
    }
  });
});

describe("ByteReader", () => {
  const readerOf = (chunks: readonly Uint8Array[]): ByteReader =>
    new ByteReader(
      new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      }),
      async () => new Error("ended early"),
    );

  test("gives the same bytes however they arrive", async () => {
    const line = fc
      .uint8Array({ maxLength: 20 })
      .map((bytes) => bytes.map((byte) => (byte === 10 ? 11 : byte)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        async (lines, size) => {
          const all = Buffer.concat(lines.flatMap((each) => [each, Buffer.from("\n")]));
          const chunks = Array.from(
            { length: Math.ceil(all.length / size) },
            (_, index) => new Uint8Array(all.subarray(index * size, (index + 1) * size)),
          );
          const byLine = readerOf(chunks);
          const byLength = readerOf(chunks);
          const half = readerOf(chunks);
          for (const each of lines) {
            const expected = Buffer.concat([each, Buffer.from("\n")]);
            expect(Buffer.from(await byLine.takeThrough(10))).toEqual(expected);
            expect(Buffer.from(await byLength.take(expected.length))).toEqual(expected);
            const passed = expected.length >> 1;
            await half.skip(passed);
            expect(Buffer.from(await half.takeThrough(10))).toEqual(expected.subarray(passed));
          }
        },
      ),
    );
  });

  test("throws when the source ends before the bytes that were asked for", async () => {
    expect(readerOf([new Uint8Array([1, 2])]).take(3)).rejects.toThrow("ended early");
    expect(readerOf([new Uint8Array([1, 2])]).takeThrough(10)).rejects.toThrow("ended early");
  });
});

describe("in a repository", () => {
  test("reads blobs one after the other, asked for at once", async () => {
    const repository = await mergeRepository();
    repository.write("a", "first\n");
    repository.write("b", "x".repeat(100_000));
    repository.write("empty", "");
    await repository.must("add", "-A");
    const reader = openBlobReader(repository.folder);
    const names = [":a", ":b", ":missing", ":empty", "0".repeat(40)];
    const blobs = await Promise.all(names.map((name) => reader.read(name)));
    await reader.close();
    expect(blobs.map((bytes) => bytes?.length)).toEqual([6, 100_000, undefined, 0, undefined]);
  });

  test("a name that is missing may contain spaces, and look like an answer", async () => {
    const repository = await mergeRepository();
    repository.write("a b", "value");
    await repository.must("add", "-A");
    const reader = openBlobReader(repository.folder);
    const names = [":a c", ":c blob 3", ":c d e f", "two\nlines", ":a b"];
    const blobs = await Promise.all(names.map((name) => reader.read(name)));
    await reader.close();
    expect(blobs.map((bytes) => bytes?.length)).toEqual([undefined, undefined, undefined, undefined, 5]);
  });

  test("streams objects in order: those that are missing, and the start of those that are long", async () => {
    const repository = await mergeRepository();
    const contents = ["first\n", "x".repeat(300_000), "", "last"];
    for (const [index, content] of contents.entries()) repository.write(`file-${index}`, content);
    await repository.must("add", "-A");
    const listed = await repository.must(
      "ls-files",
      "--stage",
      ...contents.keys().map((each) => `file-${each}`),
    );
    const ids = listed.split("\n").flatMap((line) => line.split(" ").slice(1, 2));
    const all = [...ids, "0".repeat(40), ...ids];
    const objects = streamObjects(repository.folder, all, 200_000);
    const lengths: (number | undefined)[] = [];
    for (const _ of all) lengths.push((await objects.next())?.bytes.length);
    expect(lengths).toEqual([6, 200_000, 0, 4, undefined, 6, 200_000, 0, 4]);
    expect(await objects.next()).toBeUndefined();
    await objects.close();
    // More than git has written before it is stopped.
    const many = Array.from({ length: 50 }, () => ids).flat();
    const stopped = streamObjects(repository.folder, many, 200_000);
    expect((await stopped.next())?.type).toBe("blob");
    await stopped.close();
    const readAll = async () => {
      for (const _ of many) await stopped.next();
    };
    await expect(readAll()).rejects.toMatchObject({ code: "git_failed" });
  });

  test("reads the attribute of many paths, with any characters in them", async () => {
    const repository = await mergeRepository();
    repository.write(".gitattributes", "*.yaml diff=one\nplain -diff\n");
    await repository.must("add", "-A");
    const reader = openAttributeReader(repository.folder, "diff");
    expect(await reader.read([])).toEqual([]);
    expect(await reader.read(["a b.yaml", "plain", "line\nend.yaml", "other"])).toEqual([
      "one",
      "unset",
      "one",
      "unspecified",
    ]);
    const many = Array.from({ length: 20_000 }, (_, index) => `directory/file-${index}.yaml`);
    expect(new Set(await reader.read(many))).toEqual(new Set(["one"]));
    await reader.close();
  });

  test.each([openRepository, openRepositoryDirectly, openAnyRepositoryDirectly])(
    "%p runs git; a command that fails is an error with git's first line, or undefined",
    async (open) => {
      const { folder } = await mergeRepository();
      const repository = await open(folder);
      expect([repository.root, repository.directory]).toEqual([folder, folder]);
      expect(await repository.run("rev-parse", "--is-inside-work-tree")).toBe("true\n");
      expect(await repository.tryRun("rev-parse", "--is-bare-repository")).toBe("false\n");
      await expect(repository.run("rev-parse", "--verify", "nothing")).rejects.toMatchObject({
        code: "git_failed",
        message: expect.stringMatching(/^git rev-parse failed: \S/),
        fix: undefined,
      });
      await expect(repository.run("config", "--get", "no.thing")).rejects.toMatchObject({
        message: "git config failed: exit status 1",
      });
      expect(await repository.tryRun("rev-parse", "--verify", "nothing")).toBeUndefined();
    },
  );

  test("what fails while its output is read is an error with git's first line", async () => {
    const { folder } = await mergeRepository();
    const stream = startGit(folder, ["cat-file", "-p", "nothing"]);
    await new Response(stream.output).bytes();
    expect(stream.finished()).rejects.toMatchObject({
      code: "git_failed",
      message: expect.stringMatching(/^git cat-file failed: fatal: /),
    });
  });

  test.each([openRepository, openRepositoryDirectly, openAnyRepositoryDirectly])(
    "outside of one, the error of %p names the directory",
    async (open) => {
      const directory = emptyFolder();
      await expect(open(directory)).rejects.toMatchObject({
        code: "not_a_repository",
        message: expect.stringContaining(directory),
      });
    },
  );
});

test("a bare repository and the inside of .git are not taken for a place without a repository", async () => {
  const { folder: directory } = await mergeRepository();
  const bare = join(emptyFolder(), "bare.git");
  expect(Bun.spawnSync(["git", "clone", "-q", "--bare", directory, bare]).exitCode).toBe(0);
  for (const place of [bare, join(directory, ".git")])
    await expect(openRepository(place)).rejects.toMatchObject({
      code: "not_a_repository",
      message: `${place} is in a git repository, but not in a work tree`,
    });
});
