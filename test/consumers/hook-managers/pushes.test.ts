import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { needs } from "../../support/programs.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";
import { INSTALLED, LEAK, Project } from "./project.ts";

afterAll(removeFolders);

const ALL = ["--hooks", "pre-commit,pre-merge-commit,commit-msg,pre-push"];

/** With all hooks installed: a message, and then a commit that is pushed, are refused. */
async function expectAllGuarded(project: Project): Promise<void> {
  const remote = emptyFolder();
  await project.git("init", "-q", "--bare", remote);
  await project.git("remote", "add", "origin", remote);
  const message = await project.commit(LEAK);
  expect([message.status, message.stderr + message.stdout]).toEqual([
    1,
    expect.stringMatching(/^commit message:1: /m),
  ]);
  await project.force("clean");
  expect((await project.run(["git", "push", "-q", "origin", "main"])).status).toBe(0);
  project.write("leak.txt", LEAK);
  await project.force("leak");
  const push = await project.run(["git", "push", "-q", "origin", "main"]);
  expect([push.status, push.stderr + push.stdout]).toEqual([
    1,
    expect.stringMatching(/^[0-9a-f]{7,} leak\.txt:1: /m),
  ]);
  expect(push.stderr + push.stdout).toContain("in 1 new commit");
}

test.if(needs("hook-managers"))(
  "husky 9 runs all hooks, and its own pre-push reads what git says",
  async () => {
    const project = await Project.create({ "package.json": "{}", ".gitignore": "seen\n" });
    await project.must("husky");
    project.write(".husky/pre-push", "cat >seen\n");
    expect(await project.pprotect("install", ...ALL)).toMatchObject({ status: 0 });
    await expectAllGuarded(project);
    expect(project.read("seen")).toMatch(/^refs\/heads\/main [0-9a-f]{40} refs\/heads\/main 0{40}\n$/);
    await project.pprotect("uninstall");
    expect(project.read(".husky/pre-push")).toBe("cat >seen\n");
  },
);

test.if(needs("hook-managers"))("lefthook runs all hooks once their lines are added", async () => {
  const project = await Project.create({ "lefthook.yml": "" });
  project.write("lefthook.yml", (await project.pprotect("install", ...ALL)).stdout);
  await project.must("lefthook", "install");
  expect(await project.pprotect("install")).toMatchObject({ status: 0 });
  await expectAllGuarded(project);
});

describe.each([
  ["3.0.4", "pre-commit", "pre-commit"],
  ["4.7.0", join(INSTALLED, "venv/bin/pre-commit"), "hook-managers"],
] as const)("pre-commit %s", (_, program, need) => {
  test.if(needs(need))("runs all hooks once their lines are added", async () => {
    const project = await Project.create({ ".pre-commit-config.yaml": "repos: []\n" });
    const lines = (await project.pprotect("install", ...ALL)).stdout;
    project.write(".pre-commit-config.yaml", `repos:\n${lines}`);
    const types = (ALL[1] ?? "").split(",").flatMap((name) => ["--hook-type", name]);
    await project.must(program, "install", ...types);
    expect(await project.pprotect("install")).toMatchObject({ status: 0 });
    await expectAllGuarded(project);
  });
});
