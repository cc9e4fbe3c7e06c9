import { Command, Option } from "clipanion";
import { readInstallState } from "../../git/install/install-state.ts";
import { partStatuses } from "../../git/install/part-status.ts";
import { BaseCommand } from "../base-command.ts";
import { writeLine } from "../output.ts";

export class GitStatusCommand extends BaseCommand {
  static override paths = [["git", "status"]];
  static override usage = Command.Usage({
    category: "Git",
    description:
      "say what of the git integration is installed, stale or missing; exit 1 unless all is installed",
    examples: [["Of this repository", "$0 git status"]],
  });

  stores = Option.Rest({ name: "stores" });

  async run(): Promise<number> {
    const named = [...(this.file === undefined ? [] : [this.file]), ...this.stores];
    const choice = { named, fallback: this.storePath, installedToo: true };
    const parts = partStatuses(await readInstallState(process.cwd(), choice));
    for (const { part, state, detail } of parts) {
      writeLine(`${state.padEnd(9)}  ${part}${detail === undefined ? "" : ` (${detail})`}`);
    }
    return parts.every(({ state }) => state === "installed") ? 0 : 1;
  }
}
