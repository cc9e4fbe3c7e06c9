import { join, relative, resolve } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { withoutLineEnd } from "../../common/text.ts";
import type { Repository } from "../process/repository.ts";
import { type GuardHook, SERVER_GUARDS, type ServerHookName } from "./guard-hooks.ts";
import { type HookFile, readHook } from "./hook-location.ts";
import { type InstallRecord, RECORD_NAME, readRecord } from "./install-record.ts";
import { type ProgramState, readProgramState } from "./install-state.ts";
import type { Plan } from "./plan.ts";
import { planOwnHook } from "./plan-hook.ts";
import { planProgram } from "./plan-install.ts";
import { planHook as planHookRemoval } from "./plan-uninstall.ts";
import { PROGRAM_KEYS, type RecordedProgram } from "./recorded-program.ts";
import { ownHookStatus, type PartStatus, programStatus } from "./status.ts";

/** What install, uninstall and status need to know about a bare repository. */
export interface ServerState extends ProgramState {
  readonly repository: Repository;
  readonly recordPath: string;
  readonly record: InstallRecord;
  readonly hooks: readonly { readonly guard: GuardHook; readonly file: HookFile }[];
}

/**
 * The state of a bare repository.
 * @throws PprotectError `environment` when git runs hooks there that are not the repository's own
 */
export async function readServerState(repository: Repository): Promise<ServerState> {
  const { root, directory, run } = repository;
  const hooks = resolve(directory, withoutLineEnd(await run("rev-parse", "--git-path", "hooks")));
  if (relative(root, hooks).startsWith("..")) {
    throw new PprotectError(
      "environment",
      `git runs the hooks in ${escapeUnprintable(hooks)}, which are not this repository's own: core.hooksPath is set`,
      "add the line `pprotect git pre-receive || exit $?` to pre-receive there, or unset core.hooksPath",
    );
  }
  const recordPath = join(root, RECORD_NAME);
  return {
    repository,
    recordPath,
    record: readRecord(recordPath),
    hooks: SERVER_GUARDS.map((guard) => ({ guard, file: readHook(hooks, { name: guard.name }) })),
    ...(await readProgramState(repository)),
  };
}

/** @param hooks those to install; those that are installed are updated */
export function planServerInstall(
  state: ServerState,
  hooks: readonly ServerHookName[],
  program: RecordedProgram | undefined,
): Plan {
  const names = new Set<string>([...hooks, ...installed(state).map(({ guard }) => guard.name)]);
  const plans = state.hooks
    .filter(({ guard }) => names.has(guard.name))
    .map(({ guard, file }) => planOwnHook(file, guard));
  const recorded = planProgram(state, program);
  const further = Object.assign({}, ...plans.map(({ record }) => record.furtherHooks));
  const created = plans.flatMap(({ record }) => record.createdDirectory ?? []).slice(0, 1);
  return {
    changes: [...recorded.changes, ...plans.flatMap(({ changes }) => changes)],
    notes: [...plans.flatMap(({ notes }) => notes), ...recorded.notes],
    record: {
      ...state.record,
      furtherHooks: { ...state.record.furtherHooks, ...further },
      ...(created[0] !== undefined && { createdDirectory: created[0] }),
    },
    ...(recorded.unguarded !== undefined && { unguarded: recorded.unguarded }),
  };
}

export function planServerUninstall(state: ServerState): Plan {
  const removals = state.hooks.map(({ guard, file }) => planHookRemoval(file, guard, state.record));
  const steps = [...state.config.keys()].map((key) => ({ kind: "unset-config", key }) as const);
  const keys = Object.values(PROGRAM_KEYS).join(", ");
  return {
    changes: [
      ...(steps.length === 0 ? [] : [{ summary: `git config: unset ${keys}`, steps }]),
      ...removals.flatMap(({ changes }) => changes),
    ],
    notes: removals.flatMap(({ notes }) => notes),
    record: { lines: {} },
  };
}

/** Of the hooks that are installed; if there is none, that pre-receive is missing. */
export function serverStatuses(state: ServerState): PartStatus[] {
  const here = installed(state);
  const shown = here.length > 0 ? here : state.hooks.slice(0, 1);
  return [
    ...programStatus(state),
    ...shown.map(({ guard, file }) => {
      const status = ownHookStatus(file, guard);
      const detail = status.detail?.replace(
        "`pprotect git install`",
        "`pprotect git install --hooks pre-receive`",
      );
      return { part: `${guard.name} hook`, ...status, ...(detail !== undefined && { detail }) };
    }),
  ];
}

/** The hooks that run the guard, or did before something changed. */
function installed({ hooks }: ServerState): ServerState["hooks"] {
  return hooks.filter(({ guard, file }) => ownHookStatus(file, guard).state !== "missing");
}
