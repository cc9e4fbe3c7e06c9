import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pprotect, runProgram } from "../../support/run.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";
import { LINE, Repo } from "./repo.ts";

afterAll(removeFolders);

/** Says how it was called and what it read, then leaves with `CHAINED`. */
const FOREIGN_HOOK = `#!/bin/sh
printf 'hook' >>"$CALLS"
for each in "$@"; do printf '<%s>' "$each" >>"$CALLS"; done
echo " $(cat)" >>"$CALLS"
exit "\${CHAINED:-0}"
`;

const RUN_HOOK = ["hook", "run", "pre-commit"];

/** What husky 9 makes of a hook: see `husky/husky`. */
const HUSKY = `#!/usr/bin/env sh
n=$(basename "$0")
s=$(dirname "$(dirname "$0")")/$n
[ ! -f "$s" ] && exit 0
export PATH="node_modules/.bin:$PATH"
sh -e "$s" "$@"
`;

/** Installs twice, looks, takes out again. */
async function roundTrip(repo: Repo, args: string[] = [], between?: () => Promise<void>): Promise<void> {
  const before = repo.snapshot();
  await repo.succeeds("install", ...args);
  const installed = repo.snapshot();
  expect((await repo.succeeds("install", ...args)).stderr).toContain("nothing changed");
  expect(repo.snapshot()).toEqual(installed);
  expect((await repo.run("status", ...args)).status).toBe(0);
  await between?.();
  await repo.succeeds("uninstall");
  expect(repo.snapshot()).toEqual(before);
  expect((await repo.run("status", ...args)).status).toBe(1);
}

async function expectGuarded(repo: Repo): Promise<void> {
  repo.called();
  expect((await repo.tryGit(RUN_HOOK)).status).toBe(0);
  expect(repo.called()).toBe("<pprotect><git><pre-commit>\n");
  expect((await repo.tryGit(RUN_HOOK, { STATUS: "1" })).status).toBe(1);
}

describe("install and uninstall", () => {
  test("a plain repository", async () => {
    const repo = await Repo.create();
    await roundTrip(repo, [], async () => {
      expect(repo.read(".gitattributes")).toBe(LINE);
      await expectGuarded(repo);
    });
  });

  test("without a hooks directory, with a .gitattributes that does not end with a line end", async () => {
    const repo = await Repo.create();
    await runProgram(["rm", "-r", ".git/hooks"], { cwd: repo.root });
    repo.write(".gitattributes", "* text=auto\r\n*.x binary", 0o640);
    await roundTrip(repo, [], async () => expectGuarded(repo));
  });

  test.each([["space and 'quote'"], ['double "quote" $HOME `id`'], ["ünï 漢字 🎲"], ["-dash; #%P"]])(
    "a directory named %s, with a store in a subdirectory of that name",
    async (name) => {
      const repo = await Repo.create(name);
      const store = `${name}/protected.yaml`;
      repo.write(store, "a: 1\n");
      await roundTrip(repo, [`--file=./${store}`, "protected.yaml"], async () => {
        expect(repo.read(".gitattributes").split("\n").length).toBe(3);
        await expectGuarded(repo);
        const attributes = await repo.git("check-attr", "-z", "merge", "--", store);
        expect(attributes.split("\0")[2]).toBe("pprotect");
      });
    },
  );

  test.each([["relative"], ["absolute"]])("core.hooksPath, %s", async (kind) => {
    const repo = await Repo.create();
    const folder = kind === "absolute" ? join(emptyFolder(), "my hooks") : "my hooks";
    await repo.git("config", "core.hooksPath", folder);
    await roundTrip(repo, [], async () => expectGuarded(repo));
    expect(existsSync(join(repo.root, folder))).toBe(false);
  });

  test("a core.hooksPath for every repository is left alone; one that is not a directory is refused", async () => {
    const repo = await Repo.create();
    const shared = emptyFolder();
    repo.write("home/.gitconfig", `[core]\n\thooksPath = ${shared}\n`);
    const env = repo.env({ GIT_CONFIG_GLOBAL: repo.path("home/.gitconfig") });
    const result = await pprotect(["git", "install"], { cwd: repo.root, env });
    expect(result.status).toBe(1);
    expect(result.stdout).toContain("pprotect git pre-commit");
    expect(result.stderr).toContain("git does not run the guard yet");
    expect(readdirSync(shared)).toEqual([]);
    await repo.git("config", "core.hooksPath", "/dev/null");
    const refused = await repo.run("install");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("git runs no hooks in this repository");
  });

  test("a linked worktree", async () => {
    const repo = await Repo.create();
    await repo.commit();
    const linked = join(emptyFolder(), "linked tree");
    await repo.git("worktree", "add", "-q", "-b", "other", linked);
    const tree = repo.at(linked);
    tree.write("protected.yaml", "a: 1\n");
    const main = repo.snapshot();
    await roundTrip(tree, [], async () => {
      await expectGuarded(tree);
      await expectGuarded(repo);
      expect(existsSync(repo.path(".gitattributes"))).toBe(false);
    });
    expect(repo.snapshot()).toEqual(main);
    await tree.succeeds("install");
    expect((await tree.succeeds("uninstall")).stderr).toContain("they are now removed from all of them");
  });

  test("a committed hooks directory with a hook: lines are added, which need no other file", async () => {
    const repo = await Repo.create();
    const own = '#!/bin/sh\necho own >>"$CALLS"\n';
    repo.write(".githooks/pre-commit", own, 0o755);
    await repo.git("config", "core.hooksPath", ".githooks");
    await roundTrip(repo, [], async () => {
      expect((await repo.tryGit(RUN_HOOK)).status).toBe(0);
      expect(repo.called()).toBe("own\n<pprotect><git><pre-commit>\n");
      expect(readdirSync(repo.path(".githooks")).sort()).toEqual(["pre-commit", "pre-merge-commit"]);
      expect((await repo.tryGit(["hook", "run", "pre-merge-commit"])).status).toBe(0);
      expect(repo.called()).toBe("<pprotect><git><pre-commit>\n");
    });
    chmodSync(repo.path(".githooks/pre-commit"), 0o644);
    const advised = await repo.run("install");
    expect([advised.status, advised.stderr]).toEqual([
      1,
      expect.stringContaining("run `chmod +x .githooks/pre-commit`, then `pprotect git install` again"),
    ]);
    expect(repo.read(".githooks/pre-commit")).toBe(own);
  });

  test("husky, with a hook that has no #! line and is not executable", async () => {
    const repo = await Repo.create();
    repo.write(".husky/_/h", HUSKY, 0o644);
    repo.write(".husky/_/pre-commit", '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n', 0o755);
    repo.write(".husky/pre-commit", 'echo "husky $1" >>"$CALLS"\n[ -z "$CHAINED" ]\necho end >>"$CALLS"\n');
    await repo.git("config", "core.hooksPath", ".husky/_");
    await roundTrip(repo, [], async () => {
      expect((await repo.tryGit(RUN_HOOK)).status).toBe(0);
      expect(repo.called()).toBe("husky \nend\n<pprotect><git><pre-commit>\n");
      expect((await repo.tryGit(RUN_HOOK, { CHAINED: "1" })).status).toBe(1);
      expect(repo.called()).toBe("husky \n");
    });
  });

  test("an earlier hook runs first, with its arguments, input and status", async () => {
    const repo = await Repo.create();
    repo.write(".git/hooks/pre-commit", FOREIGN_HOOK, 0o711);
    await roundTrip(repo, [], async () => {
      const hook = repo.path(".git/hooks/pre-commit");
      const run = (extra: Record<string, string>) =>
        runProgram([hook, "a b", "é"], { cwd: repo.root, env: repo.env(extra), input: "the input" });
      expect((await run({})).status).toBe(0);
      expect(repo.called()).toBe("hook<a b><é> the input\n<pprotect><git><pre-commit>\n");
      expect((await run({ CHAINED: "7" })).status).toBe(7);
      expect(repo.called()).toBe("hook<a b><é> the input\n");
      expect((await repo.tryGit(RUN_HOOK, { CHAINED: "1" })).status).toBe(1);
    });
  });

  test.each([
    ["a shell script", "#!/bin/sh -e\n", 'echo "$(basename "$0") $(ls "$(dirname "$0")"/beside)"'],
    [
      "a bash script",
      "#!/usr/bin/env bash\n",
      'echo "$(basename "$0") $(ls "$(dirname "$0")"/beside)"; [[ $# = 0 ]]',
    ],
    ["a script without a #! line", "", 'echo "$(basename "$0") .git/hooks/beside"'],
    [
      "a Node script",
      "#!/usr/bin/env node\n",
      'console.log(require("path").basename(__filename), require("../../name"))',
    ],
  ])("an earlier hook that is %s has its own name and finds what is near", async (_, start, line) => {
    const repo = await Repo.create();
    repo.write(".git/hooks/beside", "");
    repo.write("name.js", 'module.exports = ".git/hooks/beside"\n');
    repo.write(
      ".git/hooks/pre-commit",
      `${start}${line} ${start.includes("node") ? "" : '>>"$CALLS"'}\n`,
      0o755,
    );
    await roundTrip(repo, [], async () => {
      const { status, stdout, stderr } = await repo.tryGit(RUN_HOOK);
      expect([status, repo.called() + stdout + stderr]).toEqual([
        0,
        expect.stringContaining("pre-commit .git/hooks/beside\n"),
      ]);
    });
  });

  test("an earlier hook that git would not run stays unused, and this is said", async () => {
    const repo = await Repo.create();
    repo.write(".git/hooks/pre-commit", FOREIGN_HOOK, 0o644);
    const installed = await repo.succeeds("install");
    const chained = repo.path(".git/hooks.pprotect-chained/pre-commit");
    expect(installed.stderr).toContain("the existing hook is not executable, so it is kept but never runs");
    expect(installed.stderr).toContain(`\`chmod +x ${chained}\` lets the earlier hook run`);
    expect((await repo.run("status")).stdout).toContain(`the earlier hook ${chained} is not executable`);
    await expectGuarded(repo);
    chmodSync(chained, 0o755);
    repo.called();
    await repo.tryGit(RUN_HOOK);
    expect(repo.called()).toStartWith("hook ");
  });

  test("a hook that is a symbolic link to a file that git would not run", async () => {
    const repo = await Repo.create();
    repo.write("tools/hook.sh", FOREIGN_HOOK, 0o644);
    symlinkSync("../../tools/hook.sh", repo.path(".git/hooks/pre-commit"));
    await roundTrip(repo, [], async () => expectGuarded(repo));
  });

  test("a hook that runs the guard itself is enough", async () => {
    const repo = await Repo.create();
    const own = "#!/bin/sh\nnpm test && pprotect git pre-commit\n";
    repo.write(".git/hooks/pre-commit", own, 0o755);
    await roundTrip(repo);
    expect(repo.read(".git/hooks/pre-commit")).toBe(own);
  });

  test("the earlier hook is not lost when another one replaced ours", async () => {
    const repo = await Repo.create();
    repo.write(".git/hooks/pre-commit", FOREIGN_HOOK, 0o755);
    await repo.succeeds("install");
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\n", 0o755);
    expect((await repo.run("status")).status).toBe(1);
    const before = repo.snapshot();
    const result = await repo.run("install");
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("merge both into the first");
    expect(repo.snapshot()).toEqual(before);
  });

  test("what the user or a colleague wrote is kept", async () => {
    const repo = await Repo.create();
    repo.write(".gitattributes", LINE);
    await roundTripStatusAside(repo);
    await runProgram(["rm", ".gitattributes"], { cwd: repo.root });
    await repo.succeeds("install");
    repo.write(".gitattributes", `${LINE}*.png binary\n`);
    await repo.succeeds("uninstall");
    expect(repo.read(".gitattributes")).toBe("*.png binary\n");
  });

  test("one of two stores is uninstalled alone", async () => {
    const repo = await Repo.create();
    await repo.succeeds("install", "protected.yaml", "sub/protected.yaml");
    await repo.succeeds("uninstall", "sub/protected.yaml");
    expect(repo.read(".gitattributes")).toBe(LINE);
    expect((await repo.run("status")).status).toBe(0);
    await repo.succeeds("uninstall", "--file", "protected.yaml");
    expect(existsSync(repo.path(".gitattributes"))).toBe(false);
    expect(existsSync(repo.path(".git/hooks/pre-commit"))).toBe(false);
  });

  test("from a subdirectory, the store of the parent; a store outside is refused", async () => {
    const repo = await Repo.create();
    mkdirSync(repo.path("deep/er"), { recursive: true });
    const options = { cwd: repo.path("deep/er"), env: repo.env() };
    expect((await pprotect(["git", "install"], options)).status).toBe(0);
    expect(repo.read(".gitattributes")).toBe(LINE);
    const outside = await pprotect(["git", "install", "../../../protected.yaml"], options);
    expect(outside.status).toBe(1);
    expect(outside.stderr).toContain("is not a file in the repository");
  });
});

async function roundTripStatusAside(repo: Repo): Promise<void> {
  const before = repo.snapshot();
  await repo.succeeds("install");
  expect((await repo.succeeds("uninstall")).stderr).toContain("existed before install; left in place");
  expect(repo.snapshot()).toEqual(before);
}
