import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { keptLines, readCleanup } from "../../../../src/git/guard/message/cleanup.ts";
import { openRepository } from "../../../../src/git/process/repository.ts";
import { GIT_IDENTITY } from "../../../support/git-identity.ts";
import { runProgram } from "../../../support/run.ts";
import { removeFolders } from "../../../support/sandbox.ts";
import { guardedRepository } from "../guard-repository.ts";

afterAll(removeFolders);

const CUT = "------------------------ >8 ------------------------";

/** What the editor leaves in the file: a line of each kind, around git's own text. */
const EDITOR = `#!/bin/sh
{ echo subject; echo; echo '# one'; echo '; two'; echo body; cat "$1"; } >"$1.new" && mv "$1.new" "$1"
`;

describe("the lines of a message that are scanned are those that git commits", () => {
  test.each([
    ["by default", [], []],
    ["with --verbose", [], ["--verbose"]],
    ["with core.commentChar", ["core.commentChar=;"], ["--verbose"]],
    ["with core.commentChar=auto", ["core.commentChar=auto"], ["--verbose"]],
    ["with commit.cleanup=scissors", ["commit.cleanup=scissors"], []],
    ["with commit.cleanup=whitespace", ["commit.cleanup=whitespace"], []],
    ["with commit.cleanup=verbatim", ["commit.cleanup=verbatim", "commit.verbose=true"], []],
    [
      "with commit.cleanup=strip, without an editor",
      ["commit.cleanup=strip"],
      ["-m", `a\n\n# b\n# ${CUT}\nc`],
    ],
    ["without an editor", [], ["-m", `a\n\n# b\n# ${CUT}\nc`]],
  ])("%s", async (_, settings, options) => {
    const repository = await guardedRepository();
    for (const setting of settings) await repository.must("config", ...setting.split("=", 2));
    repository.write("editor", EDITOR);
    repository.write("file", "text\n");
    repository.write(
      ".git/hooks/commit-msg",
      `#!/bin/sh\ncp "$1" seen\nprintf %s "$GIT_EDITOR" >seen-editor\n`,
    );
    for (const script of ["editor", ".git/hooks/commit-msg"])
      chmodSync(join(repository.folder, script), 0o755);
    await repository.must("add", "file");
    const env = { ...GIT_IDENTITY, GIT_EDITOR: "./editor" };
    const { status } = await runProgram(["git", "commit", "-q", ...options], { cwd: repository.folder, env });
    expect(status).toBe(0);
    const committed = await repository.must("log", "-1", "--format=%B");
    const seen = new Uint8Array(await Bun.file(join(repository.folder, "seen")).arrayBuffer());
    const GIT_EDITOR = await Bun.file(join(repository.folder, "seen-editor")).text();
    const cleanup = await readCleanup(await openRepository(repository.folder), { GIT_EDITOR });
    const kept = keptLines(seen, cleanup);
    expect(words(kept.map(({ text }) => text).join("\n"))).toEqual(words(committed));
    const all = Buffer.from(seen).toString().split("\n");
    expect(kept.every(({ number, text }) => all[number - 1] === text)).toBe(true);
  });
});

/** Lines without blanks at the ends: git removes more of those. */
function words(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
