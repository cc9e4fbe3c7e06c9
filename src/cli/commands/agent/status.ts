import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { agentFiles } from "../../agent/agent-files.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { AgentCommand } from "../../base/agent-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class AgentStatusCommand extends AgentCommand {
  static readonly declaration: CommandDeclaration = {
    group: "leases",
    summary: "show whether agents find the skill of pprotect",
  };

  async run(): Promise<Outcome> {
    const { root, global } = this;
    const files = agentFiles(root, global);
    for (const { path, state } of files) this.printLine(`${state.padEnd(8)}  ${displayName(path)}`);
    const missing = files.filter(({ state }) => state !== "current");
    const command = `pprotect agent install${global ? " --global" : ""}`;
    if (missing.length > 0) this.note(`hint: run \`${command}\``);
    const refusal =
      missing.length === 0
        ? undefined
        : new PprotectError(
            "not_installed",
            `not installed: ${missing.map(({ path }) => path).join(", ")}`,
            `\`${command}\` installs it`,
          );
    return { result: { root, files: files.map((each) => ({ ...each })) }, refusal };
  }
}
