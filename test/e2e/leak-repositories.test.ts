import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { readAnswer } from "../support/output-schema.ts";
import { type Result, runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const VALUE = "q8Jd92kQ-leaked-value";

interface Place {
  readonly kind: string;
  readonly repository: string | null;
  readonly path?: string | null;
  readonly state?: string;
}

/** Git as in a fresh account, which may clone from a directory. */
const GIT = { ...GIT_IDENTITY, GIT_ALLOW_PROTOCOL: "file", V: VALUE };

/** Runs a script in an empty directory, then searches for the value in a directory of it. */
async function leak(script: string, directory: string, ...args: readonly string[]) {
  const folder = emptyFolder();
  const begin = "commit() { git add -A && git commit -q -m change; }\n";
  const made = await runProgram(["sh", "-euc", begin + script], { cwd: folder, env: GIT });
  expect(made).toMatchObject({ status: 0 });
  const result = await search(join(folder, directory), ...args);
  const { result: found } = readAnswer(result.stdout) as {
    result: { found: readonly { places: readonly Place[] }[]; limits: readonly string[] };
  };
  expect(result.stdout + result.stderr).not.toContain(VALUE);
  return { ...result, limits: found.limits, places: found.found.flatMap(({ places }) => places) };
}

function search(cwd: string, ...args: readonly string[]): Promise<Result> {
  const command = [binary(), "leak", "--json", "--value-file", "-", ...args];
  return runProgram(command, { cwd, input: VALUE, env: GIT_IDENTITY });
}

const LEAKING = "git init -q a && cd a && echo x >x && commit && echo $V >b && commit";
const SUPER =
  `(${LEAKING}) && git init -q top && cd top && echo x >x && commit && ` +
  "git submodule --quiet add ../a lib/s && git -C lib/s rm -q b && commit";

describe("leak searches", () => {
  const cases: readonly (readonly [
    what: string,
    script: string,
    directory: string,
    place: Partial<Place>,
    args?: readonly string[],
  ])[] = [
    [
      "a bare repository",
      `(${LEAKING}) && git clone -q --bare a b.git`,
      "b.git",
      { kind: "commit", path: "b" },
    ],
    ["a repository of SHA-256", LEAKING.replace("init", "init --object-format=sha256"), "a", { path: "b" }],
    ["a submodule", SUPER, "top", { kind: "commit", repository: "lib/s", path: "b" }],
    [
      "what was staged in a submodule",
      `${SUPER} && cd lib/s && git checkout -q --orphan o && git rm -q -rf . && git branch -D master -q && git remote remove origin && git reflog expire --expire=now --all && git gc -q --prune=now && echo $V >c && git add c`,
      "top",
      { kind: "index", repository: "lib/s", path: "c" },
    ],
    [
      "a new file of a submodule",
      `${SUPER} && echo $V >lib/s/new`,
      "top",
      { kind: "file", repository: "lib/s", path: "new", state: "untracked" },
    ],
    [
      "a submodule from inside it, with its files",
      `${SUPER} && echo $V >lib/s/new`,
      "top/lib/s",
      { kind: "file", repository: null, path: "new" },
    ],
    [
      "a submodule that is not checked out",
      `${SUPER} && git submodule --quiet deinit -f lib/s`,
      "top",
      { kind: "commit", repository: ".git/modules/lib/s" },
    ],
    [
      "a submodule that was removed",
      `${SUPER} && git rm -q -f lib/s && rm -rf lib && commit`,
      "top",
      { kind: "commit", repository: ".git/modules/lib/s" },
    ],
    [
      "a submodule of a submodule",
      `(${SUPER}) && git init -q outer && cd outer && git submodule --quiet add ../top t && git submodule --quiet update --init --recursive`,
      "outer",
      { kind: "commit", repository: "t/lib/s" },
    ],
    [
      "an ignored repository, on request",
      `git init -q top && cd top && echo /a >.gitignore && commit && ${LEAKING}`,
      "top",
      { kind: "commit", repository: "a" },
      ["--ignored"],
    ],
    [
      "a linked work tree with a commit that no branch has",
      `${LEAKING} && git worktree add -q --detach ../w && cd ../w && echo $V >c && git add c && git commit -q -m c`,
      "a",
      { kind: "commit", path: "c" },
    ],
    [
      "objects that are borrowed from another repository",
      `(${LEAKING}) && git clone -q --shared a c && cd c && git rm -q b && commit`,
      "c",
      { kind: "commit", path: "b" },
    ],
    [
      "an object for which refs/replace has another one",
      `${LEAKING} && git replace $(git rev-parse HEAD:b) $(echo other | git hash-object -w --stdin)`,
      "a",
      { kind: "commit", path: "b" },
    ],
    [
      "a commit that a graft hides",
      `${LEAKING} && git rm -q b && commit && mkdir -p .git/info && echo "$(git rev-parse HEAD) $(git rev-parse HEAD~2)" >.git/info/grafts && git reflog expire --expire=now --all`,
      "a",
      { kind: "commit", path: "b" },
    ],
  ];

  test.each(cases)("%s", async (_, script, directory, place, args = []) => {
    const { status, places } = await leak(script, directory, ...args);
    expect(status).toBe(1);
    expect(places).toContainEqual(expect.objectContaining(place));
    // Nothing is searched twice.
    expect(new Set(places.map((each) => JSON.stringify(each))).size).toBe(places.length);
  });
});

describe("what leak cannot search is named, and --verify does not call it clean:", () => {
  const clean = "git init -q a && cd a && echo x >x && commit && echo y >y && commit && cd ..";
  const cases: readonly (readonly [what: string, script: string, directory: string, limit: string])[] = [
    [
      "a shallow clone",
      `${clean} && git clone -q --depth 1 file://$PWD/a b`,
      "b",
      "this clone is shallow: commits that it lacks were not searched",
    ],
    [
      "a clone without old blobs",
      `${clean} && git -C a config uploadpack.allowFilter true && git clone -q --filter=blob:none file://$PWD/a b`,
      "b",
      "this clone is partial: objects that it lacks were not searched",
    ],
    [
      "a shallow submodule",
      `${clean} && git init -q top && cd top && git submodule --quiet add --depth 1 file://$PWD/../a s`,
      "top",
      "the clone of a repository inside this one is shallow: commits that it lacks were not searched",
    ],
    [
      "a repository that git cannot read",
      `${clean} && cd a && git init -q n && git -C n commit -q --allow-empty -m n && git -C n config core.repositoryFormatVersion 99`,
      "a",
      "a repository inside this one cannot be read by git",
    ],
  ];

  test.each(cases)("%s", async (_, script, directory, limit) => {
    const { status, limits, stdout } = await leak(script, directory, "--verify");
    expect([status, limits]).toEqual([1, [limit]]);
    expect(stdout).toContain('"incomplete_history"');
  });

  test("but a submodule that was never cloned is only named", async () => {
    const { status, limits } = await leak(
      `(${SUPER}) && git clone -q top copy && cd copy && git ls-files`,
      "copy",
      "--verify",
    );
    expect([status, limits]).toEqual([
      0,
      ["1 submodule not checked out: only what was cloned before was searched"],
    ]);
  });
});

test("a value is found in a clone without trees, in which git cannot read the history", async () => {
  const { status, places, limits } = await leak(
    `(${LEAKING}) && (cd a && echo z >z && commit && git config uploadpack.allowFilter true) && git clone -q --filter=tree:0 file://$PWD/a b`,
    "b",
  );
  expect([status, places.length > 0]).toEqual([1, true]);
  expect(limits).toContain(
    "git cannot read the history to its end: what is said to be in no commit may be in one",
  );
});
