import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { shellWord } from "../../../common/shell-quote.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { applyPlan } from "../../../git/install/apply.ts";
import { isEffective, readInstallState } from "../../../git/install/install-state.ts";
import { planInstall } from "../../../git/install/plan-install.ts";
import { restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { STORE } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class GitInstallCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "set up merging, readable diffs and the pre-commit hook",
    everyday: true,
    examples: [
      ["For the store here", "$0 git install"],
      ["For two stores", "$0 git install protected.yaml deploy/protected.yaml"],
    ],
  };

  stores = restArguments("stores", STORE, "the stores to install for (default: the one here)");

  async run(): Promise<Outcome> {
    const named = [...(this.file === undefined ? [] : [this.file]), ...this.stores];
    const choice = { named, fallback: this.storePath, installedToo: false };
    const state = await readInstallState(process.cwd(), choice);
    const plan = planInstall(state);
    if (this.confirm && plan.changes.length > 0) {
      for (const { summary } of plan.changes) this.note(`would do: ${summary}`);
      await this.confirmOrAbort("Change this repository? [y/N] ");
    }
    await applyPlan(state, plan);
    for (const { summary } of plan.changes) this.note(summary);
    if (plan.changes.length === 0) this.note("nothing changed: everything is already installed");
    const fromHere = (path: string) => relative(process.cwd(), join(state.repository.root, path));
    for (const { path } of state.stores) {
      if (existsSync(join(state.repository.root, path))) continue;
      const init = `pprotect init --file ${shellWord(fromHere(path))}`;
      this.note(`${escapeUnprintable(path)} does not exist yet; \`${init}\` creates it`);
    }
    for (const note of plan.notes) this.note(note);
    if (plan.snippet) this.print(plan.snippet.lines);
    const overridden: string[] = [];
    for (const { path } of state.stores) {
      if (await isEffective(state.repository, path)) continue;
      this.note(`${overriddenMessage([path])}; ${howToFind(fromHere(path))}`);
      overridden.push(path);
    }
    return {
      result: {
        stores: state.stores.map(({ path }) => path),
        changes: plan.changes.map(({ summary }) => summary),
        notes: plan.notes,
        snippet: plan.snippet ? { file: plan.snippet.file, lines: plan.snippet.lines } : null,
        overridden,
      },
      nextActions: plan.changes.some(({ steps }) => steps.some(({ kind }) => kind === "attributes"))
        ? [
            {
              command: "git add .gitattributes",
              description: "commit the attributes, so that every clone has them",
              runnable: true,
            },
          ]
        : [],
      refusal: overriddenError(overridden, fromHere),
    };
  }
}

function overriddenError(
  paths: readonly string[],
  fromHere: (path: string) => string,
): PprotectError | undefined {
  if (paths.length === 0) return undefined;
  return new PprotectError(
    "not_installed",
    overriddenMessage(paths),
    paths.map(fromHere).map(howToFind).join("; "),
  );
}

function overriddenMessage(paths: readonly string[]): string {
  return `another .gitattributes entry overrides pprotect's for ${paths.map(escapeUnprintable).join(", ")}`;
}

/** @param path from the current directory, as git takes it */
function howToFind(path: string): string {
  const end = path.startsWith("-") ? "-- " : "";
  return `run \`git check-attr -a ${end}${shellWord(path)}\`, then change that entry`;
}
