import { displayName } from "../../../common/terminal-safe.ts";
import { uninstallAgentFiles } from "../../agent/agent-files.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { AgentCommand } from "../../base/agent-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class AgentUninstallCommand extends AgentCommand {
  static readonly declaration: CommandDeclaration = {
    group: "leases",
    summary: "remove what `agent install` wrote",
  };

  async run(): Promise<Outcome> {
    const { root, global } = this;
    const removed = uninstallAgentFiles(root, global);
    for (const path of removed)
      this.note(`Removed ${path === "AGENTS.md" ? "the lines of pprotect from " : ""}${displayName(path)}.`);
    if (removed.length === 0) this.note("Nothing to remove: nothing is installed.");
    return { result: { root, removed } };
  }
}
