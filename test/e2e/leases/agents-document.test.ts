import { afterAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "smol-toml";
import { leaseUser } from "../../support/lease-cli.ts";
import { removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const DOCUMENT = readFileSync(resolve(import.meta.dir, "../../../docs/agents.md"), "utf8");

/** The code blocks of a language. */
function blocks(language: string): string[] {
  return [...DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, text = ""]) => text,
  );
}

interface Server {
  readonly command: string;
  readonly args: readonly string[];
}

test("the three configurations start a server with its secret, under a lease", async () => {
  const [claude = "", openCode = ""] = blocks("json");
  const [codex = ""] = blocks("toml");
  const ofClaude: Server = JSON.parse(claude).mcpServers.github;
  const { mcp_servers: ofCodex } = parse(codex) as unknown as { mcp_servers: { github: Server } };
  const [command, ...args] = JSON.parse(openCode).mcp.github.command as [string, ...string[]];
  expect(ofCodex.github).toEqual(ofClaude);
  expect({ command, args }).toEqual({ command: ofClaude.command, args: [...ofClaude.args] });
  expect(command).toBe("pprotect");

  const user = leaseUser();
  try {
    await user.run(["add-secret", "dev", "github-token"], {}, "ghp_token");
    await user.asAlice(["unlock", "dev"]);
    const own = args.slice(0, args.indexOf("--"));
    const words = own.map((word) => (word.endsWith("/protected.yaml") ? user.box.store : word));
    const { stdout, stderr } = await user.run([...words, "--", "printenv", "MCP_GITHUB_TOKEN"]);
    expect({ stdout, stderr }).toEqual({ stdout: "ghp_token\n", stderr: "" });
  } finally {
    await user.close();
  }
});

test("the tools of OpenClaw are those of the plugin", () => {
  const manifest = readFileSync(join(import.meta.dir, "../../../openclaw/openclaw.plugin.json"), "utf8");
  const listed = [...DOCUMENT.matchAll(/^\| `(secrets_\w+)` \|/gm)].map(([, name]) => name);
  expect(listed).toEqual(JSON.parse(manifest).contracts.tools);
});
