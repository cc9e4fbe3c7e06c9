import { type ApplyState, applyPlan } from "../../../git/install/apply.ts";
import { readInstallState, type StoreChoice } from "../../../git/install/install-state.ts";
import type { Plan } from "../../../git/install/plan.ts";
import { planUninstall } from "../../../git/install/plan-uninstall.ts";
import { planServerUninstall, readServerState } from "../../../git/install/server.ts";
import { openAnyRepository } from "../../../git/process/repository.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import { restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { STORE } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class GitUninstallCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "undo `git install`",
    examples: [
      ["Everything", "$0 git uninstall"],
      ["One store of several", "$0 git uninstall deploy/protected.yaml"],
    ],
  };

  stores = restArguments("stores", STORE, "the stores to take out (default: every installed one)");

  async run(): Promise<Outcome> {
    const { state, plan, stores } = await this.#plan();
    if (this.confirm && plan.changes.length > 0) {
      for (const { summary } of plan.changes) this.note(`would do: ${summary}`);
      await this.confirmOrAbort("Change this repository? [y/N] ");
    }
    await applyPlan(state, plan);
    for (const { summary } of plan.changes) this.note(summary);
    if (plan.changes.length === 0) this.note("nothing changed: nothing is installed");
    for (const note of plan.notes) this.note(note);
    return {
      result: {
        stores,
        changes: plan.changes.map(({ summary }) => summary),
        notes: plan.notes,
      },
    };
  }

  async #plan(): Promise<{ state: ApplyState; plan: Plan; stores: readonly string[] }> {
    const repository = await openAnyRepository(currentDirectory());
    if (repository.isBare) {
      const server = await readServerState(repository);
      return { state: server, plan: planServerUninstall(server), stores: [] };
    }
    const named = [...(this.file === undefined ? [] : [this.file]), ...this.stores];
    const choice: StoreChoice = { named, fallback: this.storePath, installed: "instead" };
    const state = await readInstallState(repository, choice);
    return { state, plan: planUninstall(state), stores: state.stores.map(({ path }) => path) };
  }
}
