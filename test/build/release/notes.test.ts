import { afterAll, expect, test } from "bun:test";
import { resolve } from "node:path";
import { releaseNotes } from "../../../src/build/release/notes.ts";
import { runProgram } from "../../support/run.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const CHANGELOG = "# Changelog\n\n## 1.1.0\n\n### Fixed\n\n- B\n\n## 1.1.0-rc\n\n- A\n\n## 1.0.0\n\n";

test("the notes of a version are what is below its own heading", () => {
  expect(releaseNotes(CHANGELOG, "1.1.0")).toBe("### Fixed\n\n- B\n");
  expect(releaseNotes(CHANGELOG, "1.1.0-rc")).toBe("- A\n");
});

test("no version is released without notes", () => {
  for (const version of ["1.0.0", "1.1", "2.0.0"]) {
    expect(() => releaseNotes(CHANGELOG, version)).toThrow(
      `CHANGELOG.md has no notes below a heading "## ${version}"`,
    );
  }
});

test("a release is refused for a work tree with changes, and for a version without notes", async () => {
  const folder = emptyFolder();
  const main = resolve(import.meta.dir, "../../../src/build/release/main.ts");
  const env = { HOME: emptyFolder(), GIT_CONFIG_GLOBAL: "/dev/null" };
  const run = (...command: readonly string[]) => runProgram(command, { cwd: folder, env });
  const build = () => run(process.execPath, "run", main, "linux-x64");
  await run("git", "init", "-q");
  await Bun.write(`${folder}/CHANGELOG.md`, "# Changelog\n\n## Unreleased\n\n- A\n");
  expect(await build()).toMatchObject({
    status: 1,
    stderr: "release: the work tree has changes that are not committed:\n?? CHANGELOG.md\n",
  });
  await run("git", "add", ".");
  await run("git", "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x");
  expect(await build()).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^release: CHANGELOG\.md has no notes below a heading "## [\d.]+"\n$/),
  });
});
