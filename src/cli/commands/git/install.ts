import { join, relative } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { shellWord } from "../../../common/shell-quote.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { type ApplyState, applyPlan } from "../../../git/install/apply.ts";
import { LOCAL_HOOKS, SERVER_HOOKS } from "../../../git/install/guard-hooks.ts";
import {
  effectiveAmong,
  type InstallState,
  readInstallState,
  type StoreChoice,
} from "../../../git/install/install-state.ts";
import type { Plan } from "../../../git/install/plan.ts";
import { planInstall } from "../../../git/install/plan-install.ts";
import { thisProgram } from "../../../git/install/recorded-program.ts";
import {
  planServerInstall,
  readServerState,
  type ServerState,
  serverStatuses,
} from "../../../git/install/server.ts";
import { openAnyRepository, type Repository } from "../../../git/process/repository.ts";
import { currentDirectory } from "../../../system/path-text.ts";
import { restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option } from "../../argv/option.ts";
import { list, STORE } from "../../argv/value-type.ts";
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
      ["Every hook", "$0 git install --hooks pre-commit,pre-merge-commit,commit-msg,pre-push"],
      ["On a server, in the bare repository", "$0 git install --hooks pre-receive"],
      ["With husky, also for those who do not have pprotect", "$0 git install --require"],
    ],
  };

  stores = restArguments("stores", STORE, "the stores to install for (default: the one here)");

  require = flag("--require", "a hook that is committed refuses the commits of those without pprotect");

  hooks = option(
    "--hooks",
    list("HOOKS", [...LOCAL_HOOKS, ...SERVER_HOOKS]),
    "the hooks to install, besides those that are installed, joined by commas: pre-commit, pre-merge-commit, commit-msg, " +
      "pre-push (default: the first two); in a bare repository: pre-receive, update",
  );

  async run(): Promise<Outcome> {
    const hooks = chosenHooks(this.hooks);
    const repository = await openAnyRepository(currentDirectory());
    return repository.isBare
      ? this.#onServer(await readServerState(repository), hooks)
      : this.#withWorkTree(repository, hooks);
  }

  async #onServer(state: ServerState, hooks: readonly string[] | undefined): Promise<Outcome> {
    const wanted = SERVER_HOOKS.filter((name) => hooks?.includes(name));
    const others = hooks?.filter((name) => !wanted.some((each) => each === name)) ?? [];
    if (this.stores.length > 0 || others.length > 0) {
      const what = this.stores.length > 0 ? "a store" : others.join(", ");
      throw new PprotectError("usage", `git install: ${what} is not for a bare repository`, FOR_SERVERS);
    }
    const plan = planServerInstall(state, wanted, thisProgram());
    if (wanted.length === 0 && serverStatuses(state).every((each) => each.state === "missing")) {
      throw new PprotectError(
        "usage",
        "git install: this repository is bare, so nothing is committed in it",
        FOR_SERVERS,
      );
    }
    await this.#apply(state, plan);
    for (const note of plan.notes) this.note(note);
    const none = { stores: [], snippet: null, overridden: [] };
    return {
      result: { ...none, changes: plan.changes.map(({ summary }) => summary), notes: plan.notes },
      refusal: incomplete(plan, [], (path) => path),
    };
  }

  async #apply(state: ApplyState, plan: Plan): Promise<void> {
    if (this.confirm && plan.changes.length > 0) {
      for (const { summary } of plan.changes) this.note(`would do: ${summary}`);
      await this.confirmOrAbort("Change this repository? [y/N] ");
    }
    await applyPlan(state, plan);
    for (const { summary } of plan.changes) this.note(summary);
    if (plan.changes.length > 0) return;
    const done =
      plan.unguarded === undefined ? "nothing changed: everything is already installed" : "nothing changed";
    this.note(done);
  }

  async #withWorkTree(repository: Repository, hooks: readonly string[] | undefined): Promise<Outcome> {
    const { state, plan } = await this.#planWithWorkTree(repository, hooks);
    await this.#apply(state, plan);
    const fromHere = (path: string) => relative(currentDirectory(), join(state.repository.root, path));
    this.#noteMissingStores(state, fromHere);
    for (const note of plan.notes) this.note(note);
    if (plan.snippet) this.print(plan.snippet.lines);
    if (plan.unguarded !== undefined) this.note(unguardedMessage(plan.unguarded));
    const overridden = await overriddenStores(state);
    for (const path of overridden) this.note(`${overriddenMessage([path])}; ${howToFind(fromHere(path))}`);
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

  /** @throws PprotectError `usage` for a hook that runs on a server */
  async #planWithWorkTree(
    repository: Repository,
    hooks: readonly string[] | undefined,
  ): Promise<{ readonly state: InstallState; readonly plan: Plan }> {
    const forServers = hooks?.find((name) => SERVER_HOOKS.some((each) => each === name));
    if (forServers !== undefined) {
      throw new PprotectError(
        "usage",
        `git install: ${forServers} runs where pushes arrive, in a bare repository`,
        "run it there; here, `--hooks pre-push` checks what you push",
      );
    }
    const named = [...(this.file === undefined ? [] : [this.file]), ...this.stores];
    const choice: StoreChoice = { named, fallback: this.storePath, installed: "unused" };
    const state = await readInstallState(repository, choice);
    const plan = planInstall(state, {
      required: this.require,
      program: thisProgram(),
      hooks: hooks && LOCAL_HOOKS.filter((name) => hooks.includes(name)),
    });
    return { state, plan };
  }

  #noteMissingStores({ stores }: InstallState, fromHere: (path: string) => string): void {
    for (const { path, exists } of stores) {
      if (exists) continue;
      const init = `pprotect init --file ${shellWord(fromHere(path))}`;
      this.note(`${escapeUnprintable(path)} does not exist yet; \`${init}\` creates it`);
    }
  }
}

/** The stores for which another attribute counts, after ours were added. */
async function overriddenStores({ repository, stores }: InstallState): Promise<readonly string[]> {
  const paths = stores.map(({ path }) => path);
  const effective = await effectiveAmong(repository, paths);
  return paths.filter((path) => !effective.has(path));
}

const FOR_SERVERS =
  "`pprotect git install --hooks pre-receive` installs the hook that checks what is pushed to it";

/** @throws PprotectError `usage` for a hook that there is not */
function chosenHooks(text: string | undefined): readonly string[] | undefined {
  const names = text?.split(",").map((name) => name.trim());
  const known: readonly string[] = [...LOCAL_HOOKS, ...SERVER_HOOKS];
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new PprotectError(
    "usage",
    `--hooks: unknown hook "${displayName(unknown)}"`,
    `the hooks are ${known.join(", ")}`,
  );
}

function nextActions({ changes, toCommit = [] }: Plan) {
  const attributes = changes.some(({ steps }) => steps.some(({ kind }) => kind === "attributes"));
  const files = [...(attributes ? [".gitattributes"] : []), ...toCommit];
  if (files.length === 0) return [];
  const hooks = toCommit.length === 1 ? "the hook" : "the hooks";
  const what = toCommit.length === 0 ? "the attributes" : attributes ? `the attributes and ${hooks}` : hooks;
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
