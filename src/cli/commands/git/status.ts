import { Command, Option } from "clipanion";
import { PprotectError } from "../../../common/errors.ts";
import { readInstallState } from "../../../git/install/install-state.ts";
import { type PartStatus, partStatuses } from "../../../git/install/status.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class GitStatusCommand extends BaseCommand {
  static override paths = [["git", "status"]];
  static override usage = Command.Usage({
    category: "Git",
    description:
      "say what of the git integration is installed, stale or missing; exit 1 unless all is installed",
    examples: [["Of this repository", "$0 git status"]],
  });

  stores = Option.Rest({ name: "stores" });

  async run(): Promise<Outcome> {
    const named = [...(this.file === undefined ? [] : [this.file]), ...this.stores];
    const choice = { named, fallback: this.storePath, installedToo: true };
    const parts = partStatuses(await readInstallState(process.cwd(), choice));
    for (const { part, state, detail } of parts) {
      this.printLine(`${state.padEnd(9)}  ${part}${detail === undefined ? "" : ` (${detail})`}`);
    }
    return {
      result: { parts: parts.map(({ part, state, detail }) => ({ part, state, detail: detail ?? null })) },
      refusal: incomplete(parts),
    };
  }
}

function incomplete(parts: readonly PartStatus[]): PprotectError | undefined {
  const missing = parts.filter(({ state }) => state !== "installed");
  if (missing.length === 0) return undefined;
  return new PprotectError(
    "not_installed",
    `${missing.length} of ${parts.length} parts of the git integration are not installed`,
    "run `pprotect git install`; a part's detail says where that does not do",
  );
}
