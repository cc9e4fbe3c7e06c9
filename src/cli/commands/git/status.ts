import { PprotectError } from "../../../common/errors.ts";
import { readInstallState, type StoreChoice } from "../../../git/install/install-state.ts";
import { readServerState, serverStatuses } from "../../../git/install/server.ts";
import { type PartStatus, partStatuses } from "../../../git/install/status.ts";
import { openAnyRepository } from "../../../git/process/repository.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import { restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { STORE } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class GitStatusCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "show what of the git integration is installed",
    details: "The exit status is 1 unless every part is installed.",
    everyday: true,
    examples: [["Of this repository", "$0 git status"]],
  };

  stores = restArguments("stores", STORE, "more stores to look at");

  async run(): Promise<Outcome> {
    const named = [...(this.file === undefined ? [] : [this.file]), ...this.stores];
    const choice: StoreChoice = { named, fallback: this.storePath, installed: "beside" };
    const repository = await openAnyRepository(currentDirectory());
    const parts = repository.isBare
      ? serverStatuses(await readServerState(repository))
      : partStatuses(await readInstallState(repository, choice));
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
    "run `pprotect git install`; the detail of a part says when that is not enough",
  );
}
