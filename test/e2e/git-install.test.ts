import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pprotect, type Result, runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const LINE = "protected.yaml merge=pprotect diff=pprotect\n";

/** Says how it was called, into the file that `CALLS` names; its status is `STATUS`. */
const STUB = `#!/bin/sh
for each in pprotect "$@"; do printf '<%s>' "$each" >>"$CALLS"; done
echo >>"$CALLS"
exit "\${STATUS:-0}"
`;

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

class Repo {
  readonly bin = emptyFolder();
  readonly calls = join(this.bin, "calls");

  constructor(readonly root: string) {
    this.write(join(this.bin, "pprotect"), STUB, 0o755);
  }

  static async create(name = "repo"): Promise<Repo> {
    const repo = new Repo(join(emptyFolder(), name));
    mkdirSync(repo.root);
    await repo.git("init", "-q", "-b", "main");
    await repo.git("config", "user.name", "Alice");
    await repo.git("config", "user.email", "alice@example.com");
    repo.write("protected.yaml", "a: 1\n");
    return repo;
  }

  at(root: string): Repo {
    return new Repo(root);
  }

  env(extra: Record<string, string> = {}): Record<string, string> {
    return {
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      PATH: `${this.bin}:${process.env.PATH}`,
      CALLS: this.calls,
      ...extra,
    };
  }

  async git(...args: string[]): Promise<string> {
    const result = await this.tryGit(args);
    if (result.status !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr}`);
    return result.stdout;
  }

  tryGit(args: string[], extra: Record<string, string> = {}, input = ""): Promise<Result> {
    return runProgram(["git", ...args], { cwd: this.root, env: this.env(extra), input });
  }

  run(command: string, ...args: string[]): Promise<Result> {
    return pprotect(["git", command, ...args], { cwd: this.root, env: this.env() });
  }

  async succeeds(command: string, ...args: string[]): Promise<Result> {
    const result = await this.run(command, ...args);
    expect(result.stderr + result.stdout).not.toContain("pprotect: ");
    expect(result.status).toBe(0);
    return result;
  }

  commit(extra: Record<string, string> = {}): Promise<Result> {
    return this.tryGit(["commit", "-q", "--allow-empty", "-m", "x"], extra);
  }

  /** How the stub and the hooks were called, since the last time. */
  called(): string {
    if (!existsSync(this.calls)) return "";
    const text = readFileSync(this.calls, "utf8");
    writeFileSync(this.calls, "");
    return text;
  }

  path(name: string): string {
    return join(this.root, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  write(name: string, text: string, mode = 0o644): void {
    const path = name.startsWith("/") ? name : this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
  }

  /** Every file with its content, mode and target. */
  snapshot(): Record<string, string> {
    const entries = readdirSync(this.root, { recursive: true, withFileTypes: true });
    return Object.fromEntries(
      entries.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        if (entry.isDirectory()) return [path, "folder"];
        if (entry.isSymbolicLink()) return [path, `-> ${readlinkSync(path)}`];
        return [path, `${statSync(path).mode.toString(8)} ${readFileSync(path, "latin1")}`];
      }),
    );
  }
}

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

  test("without a hooks folder, with a .gitattributes of the user's own that has no last line end", async () => {
    const repo = await Repo.create();
    await runProgram(["rm", "-r", ".git/hooks"], { cwd: repo.root });
    repo.write(".gitattributes", "* text=auto\r\n*.x binary", 0o640);
    await roundTrip(repo, [], async () => expectGuarded(repo));
  });

  test.each([["space and 'quote'"], ['double "quote" $HOME `id`'], ["ünï 漢字 🎲"], ["-dash; #%P"]])(
    "a folder named %s, with a store in a subfolder of that name",
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

  test("core.hooksPath of every repository is left alone, core.hooksPath to nowhere is refused", async () => {
    const repo = await Repo.create();
    const shared = emptyFolder();
    repo.write("home/.gitconfig", `[core]\n\thooksPath = ${shared}\n`);
    const env = repo.env({ GIT_CONFIG_GLOBAL: repo.path("home/.gitconfig") });
    const result = await pprotect(["git", "install"], { cwd: repo.root, env });
    expect(result.status).toBe(0);
    expect(result.stdout).toContain("pprotect git pre-commit");
    expect(readdirSync(shared)).toEqual([]);
    await repo.git("config", "core.hooksPath", "/dev/null");
    const refused = await repo.run("install");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("git runs no hooks here");
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
  });

  test("husky, with a hook that has neither a first line nor a mode", async () => {
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

  test("a hook that was there before runs first, with its arguments, input and status", async () => {
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

  test("a hook that is a symbolic link, one that git would not run", async () => {
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

  test("another hook put over ours is no reason to lose the one before", async () => {
    const repo = await Repo.create();
    repo.write(".git/hooks/pre-commit", FOREIGN_HOOK, 0o755);
    await repo.succeeds("install");
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\n", 0o755);
    expect((await repo.run("status")).status).toBe(1);
    const before = repo.snapshot();
    const result = await repo.run("install");
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("make one hook of the two");
    expect(repo.snapshot()).toEqual(before);
  });

  test("what the user or a colleague wrote stays", async () => {
    const repo = await Repo.create();
    repo.write(".gitattributes", LINE);
    await roundTripStatusAside(repo);
    await runProgram(["rm", ".gitattributes"], { cwd: repo.root });
    await repo.succeeds("install");
    repo.write(".gitattributes", `${LINE}*.png binary\n`);
    await repo.succeeds("uninstall");
    expect(repo.read(".gitattributes")).toBe("*.png binary\n");
  });

  test("one store of two is taken out alone", async () => {
    const repo = await Repo.create();
    await repo.succeeds("install", "protected.yaml", "sub/protected.yaml");
    await repo.succeeds("uninstall", "sub/protected.yaml");
    expect(repo.read(".gitattributes")).toBe(LINE);
    expect((await repo.run("status")).status).toBe(0);
    await repo.succeeds("uninstall", "--file", "protected.yaml");
    expect(existsSync(repo.path(".gitattributes"))).toBe(false);
    expect(existsSync(repo.path(".git/hooks/pre-commit"))).toBe(false);
  });

  test("from a subfolder, the store of the parent; a store outside is refused", async () => {
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
  expect((await repo.succeeds("uninstall")).stderr).toContain("was there before install: kept");
  expect(repo.snapshot()).toEqual(before);
}

describe("hook managers", () => {
  test.each([
    ["lefthook.yml", "pre-push:\n"],
    ["lefthook.toml", ""],
    [".lefthook.yaml", ""],
    [".pre-commit-config.yaml", "repos:\n"],
    [".overcommit.yml", ""],
  ])("%s gets no hook but lines to add", async (file, text) => {
    const repo = await Repo.create();
    repo.write(file, text);
    const first = await repo.run("install");
    expect(first.status).toBe(0);
    expect(first.stderr).toContain(`add these lines to ${file}`);
    expect(first.stdout).toContain("pprotect");
    expect(existsSync(repo.path(".git/hooks/pre-commit"))).toBe(false);
    expect((await repo.run("status")).status).toBe(1);
    repo.write(file, text + first.stdout);
    expect((await repo.run("install")).stdout).toBe("");
    expect((await repo.run("status")).status).toBe(0);
    expect((await repo.run("uninstall")).stderr).toContain("take its lines out");
  });
});

describe("status", () => {
  test("says what is missing, stale and installed", async () => {
    const repo = await Repo.create();
    const bare = await repo.run("status");
    expect(bare.status).toBe(1);
    expect(bare.stdout.match(/^missing/gm)).toHaveLength(6);
    await repo.succeeds("install");
    expect((await repo.run("status")).stdout.match(/^installed/gm)).toHaveLength(6);
    await repo.git("config", "merge.pprotect.driver", "pprotect-old %O");
    repo.write(".git/hooks/pre-commit", `${repo.read(".git/hooks/pre-commit")}# old\n`);
    repo.write(".gitattributes", `${LINE}*.yaml merge=union\n`);
    const stale = await repo.run("status");
    expect(stale.status).toBe(1);
    expect(stale.stdout.match(/^stale/gm)).toHaveLength(3);
    expect((await repo.run("install")).status).toBe(1);
    repo.write(".gitattributes", LINE);
    expect((await repo.run("status")).status).toBe(0);
    chmodSync(repo.path(".git/hooks/pre-commit"), 0o644);
    expect((await repo.run("status")).stdout).toContain("not executable");
  });

  test("outside a repository", async () => {
    const result = await pprotect(["git", "status"], { cwd: emptyFolder() });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("is not in a git work tree");
  });
});

describe("what git calls", () => {
  /** Two branches that both changed the store. */
  async function forked(name: string): Promise<Repo> {
    const repo = await Repo.create();
    await repo.succeeds("install", name);
    for (const [branch, text] of [
      ["main", "base\n"],
      ["theirs", "theirs\n"],
      ["main", "ours\n"],
    ] as const) {
      if (branch === "theirs") await repo.git("checkout", "-q", "-b", branch);
      else if (text === "ours\n") await repo.git("checkout", "-q", branch);
      repo.write(name, text);
      await repo.git("add", ".");
      await repo.git("commit", "-q", "-m", text);
    }
    repo.called();
    return repo;
  }

  const NAME = "it's my $store/ünï protected.yaml";

  test("the merge driver, with the store's path as one word", async () => {
    const repo = await forked(NAME);
    expect((await repo.tryGit(["merge", "-q", "--no-edit", "theirs"])).status).toBe(0);
    expect(repo.called()).toMatch(
      new RegExp(
        `^<pprotect><git><merge-driver>(<\\.merge_file_\\w+>){3}<7><${NAME.replaceAll("$", "\\$")}>\n`,
      ),
    );
  });

  test("the merge driver in merge-tree, from a linked worktree", async () => {
    const repo = await forked(NAME);
    const linked = join(emptyFolder(), "linked");
    await repo.git("worktree", "add", "-q", "--detach", linked, "main");
    const tree = repo.at(linked);
    expect((await tree.tryGit(["merge-tree", "--write-tree", "main", "theirs"])).status).toBe(0);
    expect(tree.called()).toContain(`<${NAME}>`);
  });

  test("readable diffs", async () => {
    const repo = await forked(NAME);
    await repo.git("diff", "main", "theirs");
    expect(repo.called()).toMatch(/^(<pprotect><git><textconv><[^>]+>\n)+$/);
  });

  test("without pprotect: the commit is refused; the merge is a conflict with our side in the file", async () => {
    const repo = await forked(NAME);
    const path = {
      PATH: (process.env.PATH ?? "")
        .split(":")
        .filter((each) => !existsSync(join(each, "pprotect")))
        .join(":"),
    };
    const commit = await repo.commit(path);
    expect(commit.status).toBe(1);
    expect(commit.stderr).toContain("pprotect: not on PATH, so nothing checks this commit");
    const merge = await repo.tryGit(["merge", "theirs"], path);
    expect(merge.status).toBe(1);
    expect(merge.stderr).toContain(`pprotect: not on PATH, so ${NAME} is not merged`);
    expect(merge.stdout).toContain("CONFLICT (content)");
    expect(repo.read(NAME)).toBe("ours\n");
    expect((await repo.git("ls-files", "-u")).trim().split("\n")).toHaveLength(3);
    expect((await repo.tryGit(["merge-tree", "--write-tree", "main", "theirs"], path)).status).toBe(1);
  });
});
