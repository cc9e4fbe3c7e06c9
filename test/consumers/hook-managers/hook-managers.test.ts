import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { needs } from "../../support/programs.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { INSTALLED, LEAK, MODULES, Project, publishHooks } from "./project.ts";

afterAll(removeFolders);

const CHAINED = ".git/hooks.pprotect-chained";
const ABSENT = "pprotect: not found in PATH, so this commit was not checked";

describe.if(needs("hook-managers"))("husky 4", () => {
  test("runs the command for the hook's name, and then the guard", async () => {
    const project = await Project.create({
      ".gitignore": "node_modules\nran\n",
      "package.json": JSON.stringify({ husky: { hooks: { "pre-commit": "echo husky >>ran" } } }),
    });
    mkdirSync(project.path("node_modules/.bin"), { recursive: true });
    symlinkSync(join(MODULES, "husky4"), project.path("node_modules/husky"));
    symlinkSync(join(MODULES, "husky4/bin/run.js"), project.path("node_modules/.bin/husky-run"));
    await project.must("node", join(MODULES, "husky4/husky.js"), "install");
    const before = project.read(".git/hooks/pre-commit");
    expect(before).toContain("# husky");
    expect(await project.pprotect("install")).toMatchObject({ status: 0 });
    await project.expectGuarded();
    expect(project.read("ran")).toBe("husky\nhusky\n");
    expect(await project.pprotect("uninstall")).toMatchObject({ status: 0 });
    expect(project.read(".git/hooks/pre-commit")).toBe(before);
    expect(project.exists(CHAINED)).toBe(false);
  });
});

describe.if(needs("hook-managers"))("husky 9", () => {
  async function withHusky(): Promise<Project> {
    const project = await Project.create({ "package.json": "{}", ".gitignore": "ran\n" });
    await project.must("husky");
    return project;
  }

  test("its committed hook guards every clone, and only warns those without pprotect", async () => {
    const project = await withHusky();
    project.write(".husky/pre-commit", "echo husky >>ran");
    const installed = await project.pprotect("install", "--json");
    expect(JSON.parse(installed.stdout)).toMatchObject({
      ok: true,
      next_actions: [{ command: "git add .gitattributes .husky/pre-commit .husky/pre-merge-commit" }],
    });
    expect(project.exists(".husky.pprotect-chained")).toBe(false);
    await project.expectGuarded();
    expect(project.read("ran")).toBe("husky\nhusky\n");

    const colleague = await project.clone(true);
    await colleague.must("husky");
    expect(await colleague.expectStatus("installed")).toContain("only warns those who do not have pprotect");
    await colleague.expectGuarded();
    const another = await project.clone(false);
    await another.must("husky");
    another.write("leak.txt", LEAK);
    const passed = await another.commit();
    expect([passed.status, passed.stderr]).toEqual([0, expect.stringContaining(ABSENT)]);
    const kept = await colleague.pprotect("uninstall");
    expect(kept.stderr).toContain("had pprotect's lines before install; left in place");

    expect(await project.pprotect("uninstall")).toMatchObject({ status: 0 });
    expect(project.read(".husky/pre-commit")).toBe("echo husky >>ran");
  });

  test("with --require, those without pprotect cannot commit; without a hook, one is written", async () => {
    const project = await withHusky();
    expect(await project.pprotect("install")).toMatchObject({ status: 0 });
    expect(await project.pprotect("install", "--require")).toMatchObject({ status: 0 });
    await project.expectGuarded();
    const another = await project.clone(false);
    await another.must("husky");
    const refused = await another.commit();
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining(`${ABSENT} for plaintext secrets and is refused`),
    ]);
    expect(await project.pprotect("uninstall")).toMatchObject({ status: 0 });
    expect(project.exists(".husky/pre-commit")).toBe(false);
  });

  test("a hook that ends early gets lines to add instead", async () => {
    const project = await withHusky();
    project.write(".husky/pre-commit", "npx --no-install true; exit 0\n");
    const advised = await project.pprotect("install");
    expect(advised.status).toBe(1);
    expect(advised.stderr).toContain("lines at the end of");
    expect(project.read(".husky/pre-commit")).toBe("npx --no-install true; exit 0\n");
    project.write(".husky/pre-commit", `${advised.stdout}exit 0\n`);
    expect(await project.pprotect("install")).toMatchObject({ status: 0 });
    await project.expectGuarded();
  });
});

describe.if(needs("hook-managers"))("simple-git-hooks", () => {
  test("run again, it replaces our hook: status says so, install repairs it, uninstall leaves nothing", async () => {
    const project = await Project.create({
      ".gitignore": "ran\n",
      "package.json": JSON.stringify({ "simple-git-hooks": { "pre-commit": "echo simple >>ran" } }),
    });
    await project.must("simple-git-hooks");
    const first = await project.pprotect("install");
    expect([first.status, first.stderr]).toEqual([
      0,
      expect.stringContaining("simple-git-hooks replaces this hook when it runs again"),
    ]);
    await project.expectGuarded();
    expect(project.read("ran")).toBe("simple\nsimple\n");
    project.write(
      "package.json",
      JSON.stringify({ "simple-git-hooks": { "pre-commit": "echo later >>ran" } }),
    );
    await project.must("simple-git-hooks");
    expect(await project.expectStatus("missing")).toContain("was written again and does not run the guard");
    expect(await project.pprotect("install")).toMatchObject({ status: 0 });
    await project.expectStatus("installed");
    await project.expectGuarded();
    expect(project.read("ran")).toBe("simple\nsimple\nlater\nlater\n");
    await project.must("simple-git-hooks");
    const written = project.read(".git/hooks/pre-commit");
    expect(await project.pprotect("uninstall")).toMatchObject({ status: 0 });
    expect(project.read(".git/hooks/pre-commit")).toBe(written);
    expect([project.exists(CHAINED), project.exists(".git/pprotect-install.json")]).toEqual([false, false]);
    expect(await project.git("config", "--list", "--local")).not.toContain("pprotect");
  });
});

describe.if(needs("hook-managers"))("lefthook", () => {
  test("runs the guard once its lines are added and it is installed, also over our hook", async () => {
    const project = await Project.create();
    expect(await project.pprotect("install")).toMatchObject({ status: 0 });
    project.write("lefthook.yml", "pre-commit:\n  commands:\n    other:\n      run: exit 0\n");
    await project.must("lefthook", "install", "--force");
    expect(await project.expectStatus("missing")).toContain("lefthook manages the hooks");
    const advised = await project.pprotect("install");
    expect(advised.status).toBe(1);
    project.write("lefthook.yml", advised.stdout);
    await project.must("lefthook", "install");
    expect(await project.expectStatus("installed")).toContain("run by lefthook");
    expect(project.exists(".git/hooks/pre-merge-commit")).toBe(true);
    await project.expectGuarded();
  });
});

describe.each([
  ["3.0.4", "pre-commit", "pre-commit"],
  ["4.7.0", join(INSTALLED, "venv/bin/pre-commit"), "hook-managers"],
] as const)("pre-commit %s", (version, program, need) => {
  describe.if(needs(need))("runs the guard", () => {
    async function expectAllWays(project: Project, config: string): Promise<void> {
      project.write(".pre-commit-config.yaml", config);
      await project.must(program, "install");
      await project.expectStatus("installed");
      await project.expectGuarded();
      project.write("leak.txt", LEAK);
      await project.force("a leak");
      const all = await project.run([program, "run", "--all-files"]);
      expect([all.status, all.stdout]).toEqual([1, expect.stringMatching(/^leak\.txt:1: /m)]);
      const range = ["--from-ref", "HEAD~1", "--to-ref", "HEAD"];
      const found = await project.run([program, "run", ...range]);
      expect([found.status, found.stdout]).toEqual([
        1,
        expect.stringMatching(/^[0-9a-f]{7,} leak\.txt:1: /m),
      ]);
      await project.force("nothing");
      expect((await project.run([program, "run", ...range])).status).toBe(0);
      project.write("clean.txt", "clean\n");
      expect((await project.commit()).status).toBe(0);
    }

    test("by the lines that install prints", async () => {
      expect((await (await Project.create()).must(program, "--version")).stdout).toBe(
        `pre-commit ${version}\n`,
      );
      const project = await Project.create({ ".pre-commit-config.yaml": "repos:\n" });
      const advised = await project.pprotect("install");
      expect(advised.status).toBe(1);
      await expectAllWays(project, `repos:\n${advised.stdout}`);
    });

    test("by our repository of hooks", async () => {
      const hooks = await Project.create();
      const revision = await publishHooks(hooks);
      const repository = `  - repo: ${hooks.root}\n    rev: ${revision}\n    hooks:\n      - id: pprotect\n`;
      await expectAllWays(await Project.create(), `repos:\n${repository}`);
    });

    test("after it moved our hook aside", async () => {
      const project = await Project.create({ ".gitignore": "ran\n" });
      project.write(".git/hooks/pre-commit", '#!/bin/sh\nbasename "$0" >>ran\n', 0o755);
      expect(await project.pprotect("install")).toMatchObject({ status: 0 });
      project.write(".pre-commit-config.yaml", "repos: []\n");
      await project.must(program, "install");
      expect(await project.expectStatus("installed")).toContain("pre-commit.legacy first");
      await project.expectGuarded();
      expect(project.read("ran")).toBe("pre-commit\npre-commit\n");
      expect(await project.pprotect("uninstall")).toMatchObject({ status: 0 });
      expect(project.read(".git/hooks/pre-commit.legacy")).toContain("basename");
      expect(project.exists(CHAINED)).toBe(false);
      await project.expectStatus("missing");
    });
  });
});
