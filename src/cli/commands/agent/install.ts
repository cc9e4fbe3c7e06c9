import { displayName } from "../../../common/terminal-safe.ts";
import { agentFiles, installAgentFiles } from "../../agent/agent-files.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { AgentCommand } from "../../base/agent-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class AgentInstallCommand extends AgentCommand {
  static readonly declaration: CommandDeclaration = {
    group: "leases",
    summary: "teach coding agents to use pprotect",
    details:
      "Writes a skill where Claude Code, Codex and OpenCode look for skills (.claude/skills, .agents/skills), and in a " +
      "project a few lines into AGENTS.md. Run it again after an update.",
    examples: [
      ["In this project", "$0 agent install"],
      ["For all projects", "$0 agent install --global"],
    ],
  };

  async run(): Promise<Outcome> {
    const { root, global } = this;
    const planned = agentFiles(root, global).filter(
      ({ state }) => state === "missing" || state === "outdated",
    );
    if (this.confirm && planned.length > 0) {
      for (const { path } of planned) this.note(`would write ${displayName(path)}`);
      await this.confirmOrAbort("Write them? [y/N] ");
    }
    const written = installAgentFiles(root, global);
    for (const path of written) this.note(`Wrote ${displayName(path)}.`);
    if (written.length === 0) this.note("Nothing changed: all is installed.");
    return { result: { root, written } };
  }
}
