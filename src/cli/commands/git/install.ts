import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { shellWord } from "../../../common/shell-quote.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { applyPlan } from "../../../git/install/apply.ts";
import { isEffective, readInstallState } from "../../../git/install/install-state.ts";
import type { Plan } from "../../../git/install/plan.ts";
import { planInstall } from "../../../git/install/plan-install.ts";
import { thisProgram } from "../../../git/install/recorded-program.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import { restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag } from "../../argv/option.ts";
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
      ["With husky, also for those who do not have pprotect", "$0 git install --require"],
    ],
  };

  stores = restArguments("stores", STORE, "the stores to install for (default: the one here)");

  require = flag("--require", "a hook that is committed refuses the commits of those without pprotect");

  async run(): Promise<Outcome> {
    const named = [...(this.file === undefined ? [] : [this.file]), ...this.stores];
    const choice = { named, fallback: this.storePath, installedToo: false };
    const state = await readInstallState(currentDirectory(), choice);
    const plan = planInstall(state, { required: this.require, program: thisProgram() });
    if (this.confirm && plan.changes.length > 0) {
      for (const { summary } of plan.changes) this.note(`would do: ${summary}`);
      await this.confirmOrAbort("Change this repository? [y/N] ");
    }
    await applyPlan(state, plan);
    for (const { summary } of plan.changes) this.note(summary);
    if (plan.changes.length === 0) {
      this.note(
        plan.unguarded === undefined ? "nothing changed: everything is already installed" : "nothing changed",
      );
    }
    const fromHere = (path: string) => relative(currentDirectory(), join(state.repository.root, path));
    for (const { path } of state.stores) {
      if (existsSync(join(state.repository.root, path))) continue;
      const init = `pprotect init --file ${shellWord(fromHere(path))}`;
      this.note(`${escapeUnprintable(path)} does not exist yet; \`${init}\` creates it`);
    }
    for (const note of plan.notes) this.note(note);
    if (plan.snippet) this.print(plan.snippet.lines);
    if (plan.unguarded !== undefined) this.note(unguardedMessage(plan.unguarded));
    const overridden: string[] = [];
    for (const { path } of state.stores) {
      if (await isEffective(state.repository, path)) continue;
      this.note(`${overriddenMessage([path])}; ${howToFind(fromHere(path))}`);
      overridden.push(path);
    }
    const next = nextActions(plan);
    for (const { command, description } of next) this.note(`Next: \`${command}\`, and ${description}.`);
    return {
      result: {
        stores: state.stores.map(({ path }) => path),
        changes: plan.changes.map(({ summary }) => summary),
        notes: plan.notes,
        snippet: plan.snippet ? { file: plan.snippet.file, lines: plan.snippet.lines } : null,
        overridden,
      },
      nextActions: next,
      refusal: incomplete(plan, overridden, fromHere),
    };
  }
}

function nextActions({ changes, toCommit = [] }: Plan) {
  const attributes = changes.some(({ steps }) => steps.some(({ kind }) => kind === "attributes"));
  const files = [...(attributes ? [".gitattributes"] : []), ...toCommit];
  if (files.length === 0) return [];
  const what =
    toCommit.length === 0 ? "the attributes" : attributes ? "the attributes and the hook" : "the hook";
  return [
    {
      command: `git add ${files.map(shellWord).join(" ")}`,
      description: `commit ${what}, so that every clone has them`,
      runnable: true,
    },
  ];
}

/** Why the integration does not work yet, after all that could be done was done. */
function incomplete(
  { unguarded }: Plan,
  overridden: readonly string[],
  fromHere: (path: string) => string,
): PprotectError | undefined {
  if (unguarded === undefined && overridden.length === 0) return undefined;
  const messages = [
    ...(unguarded === undefined ? [] : [unguardedMessage(unguarded)]),
    ...(overridden.length === 0 ? [] : [overriddenMessage(overridden)]),
  ];
  const hints = [
    ...(unguarded === undefined
      ? []
      : ["do what is said above, then `pprotect git status` shows whether it works"]),
    ...overridden.map(fromHere).map(howToFind),
  ];
  return new PprotectError("not_installed", messages.join("; "), hints.join("; "));
}

/** @param why of a plan */
function unguardedMessage(why: string): string {
  return `git does not run the guard yet: ${why}`;
}

function overriddenMessage(paths: readonly string[]): string {
  return `another .gitattributes entry overrides pprotect's for ${paths.map(escapeUnprintable).join(", ")}`;
}

/** @param path from the current directory, as git takes it */
function howToFind(path: string): string {
  const end = path.startsWith("-") ? "-- " : "";
  return `run \`git check-attr -a ${end}${shellWord(path)}\`, then change that entry`;
}
