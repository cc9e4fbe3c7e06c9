import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { binary } from "../../support/binary.ts";
import { type LeaseUser, leaseUsers } from "../../support/lease-cli.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const ROOT = resolve(import.meta.dir, "../../..");
const newUser = leaseUsers();

const SKILLS = [".claude/skills/pprotect/SKILL.md", ".agents/skills/pprotect/SKILL.md"];
const SKILL = readFileSync(join(ROOT, "skills/pprotect/SKILL.md"), "utf8");

describe("`agent`", () => {
  test("`install` writes the skill and lines in AGENTS.md; `uninstall` leaves all as it was", async () => {
    const { box, run, answer } = newUser();
    box.write("AGENTS.md", "# Rules\n\nBe kind.\n");
    expect((await answer(["agent", "status"]).catch(() => undefined))?.ok).not.toBe(true);
    await run(["agent", "install"]);
    for (const path of SKILLS) expect(readFileSync(box.path(path), "utf8")).toBe(SKILL);
    expect(readFileSync(box.path("AGENTS.md"), "utf8")).toMatch(
      /^# Rules\n\nBe kind\.\n\n<!-- pprotect: begin -->/,
    );
    expect((await run(["agent", "status"])).status).toBe(0);
    expect((await run(["agent", "install"])).stderr).toContain("Nothing changed");
    await run(["agent", "uninstall"]);
    for (const path of [".claude", ".agents"]) expect(existsSync(box.path(path))).toBe(false);
    expect(readFileSync(box.path("AGENTS.md"), "utf8")).toBe("# Rules\n\nBe kind.\n");
  });

  test("`--global` writes into the home directory, and no AGENTS.md", async () => {
    const { box, run } = newUser();
    const home = emptyFolder();
    await run(["agent", "install", "--global"], { HOME: home });
    for (const path of SKILLS) expect(existsSync(join(home, path))).toBe(true);
    for (const folder of [home, box.folder]) expect(existsSync(join(folder, "AGENTS.md"))).toBe(false);
  });

  test("`install` replaces an older version of the skill, and no other file", async () => {
    const { box, run } = newUser();
    await run(["agent", "install"]);
    writeFileSync(box.path(SKILLS[0] ?? ""), `${SKILL}old\n`);
    await run(["agent", "install"]);
    expect(readFileSync(box.path(SKILLS[0] ?? ""), "utf8")).toBe(SKILL);
    writeFileSync(box.path(SKILLS[0] ?? ""), "mine");
    const { status, stderr } = await run(["agent", "install"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("is not a file of pprotect")]);
    await run(["agent", "uninstall"]);
    expect(readFileSync(box.path(SKILLS[0] ?? ""), "utf8")).toBe("mine");
  });

  test("writes nothing through a symbolic link of the repository", async () => {
    const { box, run } = newUser();
    const elsewhere = emptyFolder();
    mkdirSync(box.path(".claude"));
    symlinkSync(elsewhere, box.path(".claude/skills"));
    const { status, stderr } = await run(["agent", "install"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining(".claude/skills is a symbolic link")]);
    expect(existsSync(join(elsewhere, "pprotect"))).toBe(false);
    expect(existsSync(box.path(".agents"))).toBe(false);
  });
});

test("every command in the skill exists", async () => {
  const { run } = newUser();
  const lines = [...SKILL.matchAll(/pprotect ((?:[a-z-]+ ?)+)/g)].map(
    ([, words = ""]) => words.trim().split(" ")[0] ?? "",
  );
  const { stdout } = await run(["--json"]);
  const names = JSON.parse(stdout).result.commands.map(({ name }: { name: string }) => name.split(" ")[0]);
  const named = lines.filter((word) => !["agent", "asks"].includes(word));
  expect(named.length).toBeGreaterThan(12);
  expect(named.filter((word) => !names.includes(word))).toEqual([]);
});

describe("the plugin for OpenClaw", () => {
  interface Tool {
    readonly name: string;
    execute(id: string, given: object): Promise<{ content: { text: string }[] }>;
  }

  async function plugin(user: LeaseUser, config: object = {}) {
    const registered = new Map<string, { tool: Tool; optional: boolean }>();
    const pluginConfig = { cli_path: binary(), directory: user.box.folder, ...config };
    const { default: entry } = await import(join(ROOT, "openclaw/index.js"));
    entry.register({
      pluginConfig,
      registerTool: (tool: Tool, { optional }: { optional: boolean }) =>
        registered.set(tool.name, { tool, optional }),
    });
    return registered;
  }

  /** The plugin runs in this process: the program has our environment. */
  async function as<Result>({ directories }: LeaseUser, action: () => Promise<Result>): Promise<Result> {
    const before = { ...process.env };
    Object.assign(process.env, directories);
    try {
      return await action();
    } finally {
      process.env = before;
    }
  }

  test("has the tools of its manifest; those that add or end everything are optional", async () => {
    const registered = await plugin(newUser());
    const manifest = JSON.parse(readFileSync(join(ROOT, "openclaw/openclaw.plugin.json"), "utf8"));
    expect([...registered.keys()]).toEqual(manifest.contracts.tools);
    const optional = [...registered].filter(([, each]) => each.optional).map(([name]) => name);
    expect(optional).toEqual(["secrets_add", "secrets_killswitch"]);
  });

  test("gives a value, shows it, adds one and takes all back", async () => {
    const user = newUser();
    await user.asAlice(["unlock"]);
    const registered = await plugin(user, { default_ttl: "10m", client_id_prefix: "claw" });
    const call = async (name: string, given: object) => {
      const result = await registered.get(name)?.tool.execute("1", given);
      return JSON.parse(result?.content[0]?.text ?? "null");
    };
    await as(user, async () => {
      const lease = await call("secrets_lease", { name: "dev/api-key" });
      expect(lease).toMatchObject({
        value: "dev-api-key",
        ttl: "10m",
        client_id: expect.stringMatching(/^claw-/),
      });
      expect((await call("secrets_status", {})).shown).toMatchObject([{ id: lease.lease_id }]);
      expect((await call("secrets_revoke", { lease_id: lease.lease_id })).shown).toHaveLength(1);
      await call("secrets_add", { domain: "dev", name: "added", value: "$(touch injected); `id`" });
      expect((await call("secrets_lease", { name: "dev/added" })).value).toBe("$(touch injected); `id`");
      expect((await call("secrets_audit", { tail: 1 })).entries).toHaveLength(1);
      expect((await call("secrets_killswitch", {})).ended).toMatchObject([{ kind: "lease" }]);
      expect(existsSync(user.box.path("injected"))).toBe(false);
    });
  });

  test.each(["--all", "-u", "$(touch injected)", "; touch injected", "--file=/etc/passwd"])(
    "takes %j for a name, and neither for an option nor for a command",
    async (name) => {
      const user = newUser();
      await user.asAlice(["unlock"]);
      const registered = await plugin(user);
      await as(user, async () => {
        await expect(registered.get("secrets_lease")?.tool.execute("1", { name })).rejects.toThrow(
          "no domain",
        );
        await expect(registered.get("secrets_revoke")?.tool.execute("1", { lease_id: name })).rejects.toThrow(
          "no lease",
        );
      });
      expect((await user.answer(["status"])).result.active_leases).toBe(1);
      expect(existsSync(user.box.path("injected"))).toBe(false);
    },
  );
});
