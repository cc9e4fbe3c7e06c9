import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import type { TestRepository } from "../support/git-repository.ts";
import { needs } from "../support/programs.ts";
import { runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";
import { NOW } from "../support/stores.ts";
import { fakeRelease, pullRequest, ROOT, TOKEN_LINE, yamlFile } from "./ci-repository.ts";

afterAll(removeFolders);

interface Step {
  readonly shell: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly [Step, Step, Upload] };
}

/** A step that runs another action. */
interface Upload {
  readonly if: string;
  readonly uses: string;
  readonly with: Readonly<Record<string, string>>;
  readonly "continue-on-error": boolean;
}

const ACTION = yamlFile<Action>("action.yml");
const [INSTALL, REVIEW, UPLOAD] = ACTION.runs.steps;
const MARKER = "<!-- pprotect summary -->";

interface Comment {
  readonly id: number;
  readonly user: { readonly login: string };
  body: string;
}

/** The part of GitHub's API that comments need. @param mayWrite false for the token of a fork */
function github(comments: Comment[], mayWrite = true) {
  const requests: string[] = [];
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      requests.push(`${request.method} ${pathname}`);
      if (request.headers.get("authorization") !== "Bearer the-token")
        return new Response("", { status: 401 });
      const page = Number(searchParams.get("page") ?? 1);
      if (request.method === "GET") return Response.json(comments.slice((page - 1) * 100, page * 100));
      if (!mayWrite) return new Response("", { status: 403 });
      const { body } = (await request.json()) as { body: string };
      if (request.method === "POST")
        comments.push({ id: 7000, user: { login: "github-actions[bot]" }, body });
      else {
        const found = comments.find(({ id }) => pathname.endsWith(`/issues/comments/${id}`));
        if (!found) return new Response("", { status: 404 });
        found.body = body;
      }
      return Response.json({});
    },
  });
  return { server, requests };
}

interface Job {
  readonly repository: Pick<TestRepository, "folder">;
  readonly base?: string;
  readonly api?: string;
  readonly inputs?: Readonly<Record<string, string>>;
}

/** Runs one step as the runner does: its expressions are values in its environment. */
async function runStep(step: Step, { repository, base = "", api = "", inputs = {} }: Job) {
  const temp = emptyFolder();
  const files = {
    GITHUB_OUTPUT: join(temp, "output"),
    GITHUB_PATH: join(temp, "path"),
    GITHUB_STEP_SUMMARY: join(temp, "summary"),
  };
  const values: Record<string, string> = {
    "github.action_repository": "owner/pprotect",
    "github.event.pull_request.base.sha || github.event.merge_group.base_sha || github.event.before": base,
    "github.event.pull_request.number": "12",
    "inputs.token": "the-token",
    ...Object.fromEntries(
      Object.entries(ACTION.inputs).flatMap(([name, input]) =>
        name === "token" ? [] : [[`inputs.${name}`, input.default]],
      ),
    ),
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`inputs.${name}`, value])),
  };
  const env = Object.fromEntries(
    Object.entries(step.env).map(([name, text]) => [
      name,
      text.replace(/^\$\{\{ (.*) \}\}$/, (_, expression: string) => {
        const value = values[expression];
        if (value === undefined) throw new Error(`no value of ${expression}`);
        return value;
      }),
    ]),
  );
  const result = await runProgram(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], {
    cwd: repository.folder,
    env: {
      ...GIT_IDENTITY,
      ...env,
      ...files,
      RUNNER_TEMP: temp,
      GITHUB_ACTION_PATH: ROOT,
      GITHUB_SERVER_URL: "https://github.example",
      GITHUB_API_URL: api,
      GITHUB_REPOSITORY: "owner/project",
    },
  });
  const read = (name: keyof typeof files) =>
    existsSync(files[name]) ? readFileSync(files[name], "utf8") : "";
  return {
    ...result,
    temp,
    path: read("GITHUB_PATH"),
    summary: read("GITHUB_STEP_SUMMARY"),
    output: read("GITHUB_OUTPUT"),
  };
}

describe("the action", () => {
  test("has no expression in a script, and no token from an event that strangers can start", () => {
    expect(ACTION.runs.using).toBe("composite");
    for (const { run, shell } of [INSTALL, REVIEW]) {
      expect(shell).toBe("bash");
      expect(run).not.toContain("${{");
    }
    expect(readFileSync(join(ROOT, "action.yml"), "utf8")).not.toContain("secrets.");
    expect(readFileSync(join(ROOT, "docs/recipes.md"), "utf8")).not.toContain("pull_request_target:");
  });

  test.if(needs("shellcheck"))("has scripts in which shellcheck finds nothing", async () => {
    const scripts = readdirSync(join(ROOT, "ci")).filter((name) => name.endsWith(".sh"));
    expect(scripts.length).toBe(3);
    const found = await runProgram(["shellcheck", ...scripts], { cwd: join(ROOT, "ci") });
    expect(found).toMatchObject({ status: 0, stdout: "" });
  });

  test.if(needs("curl"))("installs what the checksums say, and nothing else", async () => {
    const { folder, pin } = await fakeRelease();
    const repository = { folder: emptyFolder() };
    const install = (inputs: Record<string, string>) =>
      runStep(INSTALL, { repository, inputs: { "base-url": `file://${folder}`, ...inputs } });
    const done = await install({ "sums-sha256": pin });
    expect([done.status, done.path]).toEqual([0, `${done.temp}/pprotect/bin\n`]);
    expect(existsSync(join(done.temp, "pprotect/bin/pprotect"))).toBe(true);
    const unpinned = await install({ "sums-sha256": "0".repeat(64) });
    expect([unpinned.status, unpinned.stderr, unpinned.path]).toEqual([
      1,
      expect.stringContaining("SHA256SUMS is not the pinned one"),
      "",
    ]);
    expect((await install({ version: "1/../../evil" })).status).toBe(1);
    for (const name of ["linux-x64", "linux-arm64"])
      writeFileSync(join(folder, `pprotect-${name}.tar.gz`), "other");
    const changed = await install({});
    expect([changed.status, changed.stderr]).toEqual([
      1,
      expect.stringContaining("does not match SHA256SUMS"),
    ]);
  });

  test.if(needs("curl", "jq"))("writes one comment, and edits it in later runs", async () => {
    const { repository, base } = await pullRequest((file) => file.addSecret("dev", "everyone", "v", NOW));
    const strangers = Array.from({ length: 130 }, (_, id) => ({
      id,
      user: { login: "mallory" },
      body: `${MARKER}\nmine`,
    }));
    const comments: Comment[] = [...strangers];
    const { server, requests } = github(comments);
    await using _ = server;
    const job = { repository, base, api: server.url.origin };
    const first = await runStep(REVIEW, job);
    expect([first.status, first.stderr]).toEqual([0, expect.any(String)]);
    expect(first.summary).toContain("`dev/everyone`");
    expect(first.output).toBe(`summary=${first.temp}/pprotect-summary.md\n`);
    expect(comments.at(-1)?.body).toBe(`${MARKER}\n${first.summary}`);
    // What the scripts print of strangers is between the two lines, so that no line of it is a command.
    const lines = first.stdout.split("\n");
    const token = lines[0]?.replace("::stop-commands::", "");
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    expect(lines.indexOf(`::${token}::`)).toBeGreaterThan(0);

    await runStep(REVIEW, job);
    expect(comments.length).toBe(131);
    expect(comments.slice(0, 130)).toEqual(strangers);
    expect(requests.filter((each) => !each.startsWith("GET"))).toEqual([
      "POST /repos/owner/project/issues/12/comments",
      "PATCH /repos/owner/project/issues/comments/7000",
    ]);
  });

  test.if(needs("curl", "jq"))("fails with findings, but not where it may not comment", async () => {
    const { repository, base } = await pullRequest((file) => file.removeSecret("dev", "api-key", NOW));
    const { server } = github([], false);
    await using _ = server;
    const forked = await runStep(REVIEW, { repository, base, api: server.url.origin });
    expect([forked.status, forked.stdout]).toEqual([
      0,
      expect.stringContaining("::notice::pprotect could not comment"),
    ]);
    repository.write("config.ini", TOKEN_LINE);
    await repository.must("add", "-A");
    await repository.must("commit", "-q", "-m", "a token");
    const found = await runStep(REVIEW, { repository, base, api: server.url.origin });
    expect([found.status, found.stderr]).toEqual([1, expect.stringContaining("failed: git check")]);
    expect(found.summary).toContain("`config.ini:1`");
    expect(found.stdout + found.summary).not.toContain(TOKEN_LINE.slice(8, 40));
  });

  test("uploads the findings as SARIF when asked, by an action that is pinned, and findings or not", async () => {
    expect(UPLOAD.uses).toMatch(/^github\/codeql-action\/upload-sarif@[0-9a-f]{40}$/);
    expect(UPLOAD.with.sarif_file).toMatch(/^\$\{\{ steps\.review\.outputs\.sarif \}\}$/);
    expect(UPLOAD.if).toMatch(/^\$\{\{ !cancelled\(\) && steps\.review\.outputs\.sarif != '' \}\}$/);
    expect(UPLOAD["continue-on-error"]).toBe(true);
    const { repository, base } = await pullRequest((file) => file);
    repository.write("config.ini", TOKEN_LINE);
    await repository.must("add", "-A");
    await repository.must("commit", "-q", "-m", "a token");
    const found = await runStep(REVIEW, { repository, base, inputs: { comment: "false", sarif: "true" } });
    expect(found.status).toBe(1);
    expect(found.output).toContain(`sarif=${found.temp}/pprotect.sarif\n`);
    const log = readFileSync(join(found.temp, "pprotect.sarif"), "utf8");
    expect(JSON.parse(log).runs[0].results).toMatchObject([{ ruleId: "secret-assignment", level: "error" }]);
    expect(log).not.toContain(TOKEN_LINE.slice(8, 40));
  });

  test.if(needs("curl", "jq"))("writes no comment on a change that does nothing to secrets", async () => {
    const { repository, base } = await pullRequest((file) => file);
    const { server, requests } = github([]);
    await using _ = server;
    const { status } = await runStep(REVIEW, { repository, base, api: server.url.origin });
    expect([status, requests]).toEqual([0, ["GET /repos/owner/project/issues/12/comments"]]);
  });

  test("says what to do where the base is not in the clone, and checks the last commit of a first push", async () => {
    const { repository } = await pullRequest((file) => file.addSecret("dev", "one", "v", NOW));
    const inputs = { comment: "false" };
    const missing = await runStep(REVIEW, { repository, base: "1".repeat(40), inputs });
    expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining("fetch-depth: 0")]);
    const first = await runStep(REVIEW, { repository, base: "0".repeat(40), inputs });
    expect([first.status, first.summary]).toEqual([0, expect.stringContaining("`dev/one`")]);
  });
});
