import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { DRIVER_CONFIG } from "./driver-config.ts";
import { addLines, hasLine } from "./gitattributes-text.ts";
import { LOCAL_HOOKS, type LocalHookName } from "./guard-hooks.ts";
import type { InstallRecord } from "./install-record.ts";
import type { InstallState, ProgramState, StoreLine } from "./install-state.ts";
import type { Change, Plan } from "./plan.ts";
import { planHooks } from "./plan-hooks.ts";
import { PROGRAM_KEYS, type RecordedProgram } from "./recorded-program.ts";
import { runningHooks, wantedHooks } from "./status.ts";

export interface InstallOptions {
  /** Whether a committed hook refuses the commits of those who do not have pprotect. */
  readonly required: boolean;
  /** What hooks may run where PATH has no pprotect. */
  readonly program: RecordedProgram | undefined;
  /** The hooks that the user asks for, besides those that are installed; `undefined`: those that are wanted already. */
  readonly hooks?: readonly LocalHookName[] | undefined;
}

/**
 * The plan to install everything that is missing or out of date.
 * @throws PprotectError `environment` when git runs no hooks here, `file_error` when two other hooks exist
 */
export function planInstall(state: InstallState, { required, program, hooks }: InstallOptions): Plan {
  const { record } = state;
  const wanted = hooks ? new Set([...(record.chosen ?? runningHooks(state)), ...hooks]) : wantedHooks(state);
  const { changes, notes, record: hookRecord, ...hook } = planHooks(state, { required, wanted });
  const attributes = planAttributes(state);
  const recorded = planProgram(state, program);
  const chosen = hooks ? { chosen: LOCAL_HOOKS.filter((name) => wanted.has(name)) } : {};
  return {
    ...hook,
    changes: [...attributes.changes, ...planConfig(state), ...recorded.changes, ...changes],
    notes: [...notes, ...unchecked(wanted), ...recorded.notes],
    record: { ...record, ...attributes.record, ...hookRecord, ...chosen },
    ...(recorded.unguarded !== undefined && hook.unguarded === undefined
      ? { unguarded: recorded.unguarded }
      : {}),
  };
}

/** A note where the user chose other hooks alone: a later `git install` keeps that choice. */
function unchecked(wanted: ReadonlySet<LocalHookName>): string[] {
  if (wanted.has("pre-commit")) return [];
  return [
    "no hook checks what is committed; `pprotect git install --hooks pre-commit,pre-merge-commit` adds those that do",
  ];
}

function planAttributes(state: InstallState): { changes: Change[]; record: Partial<InstallRecord> } {
  const { attributes, record, worktree, stores } = state;
  const missing = stores.filter(({ line }) => attributes === undefined || !hasLine(attributes, line));
  if (missing.length === 0) return { changes: [], record: {} };
  const text = addLines(
    attributes,
    missing.map(({ line }) => line),
  );
  const lines = {
    ...record.lines[worktree],
    ...Object.fromEntries(missing.map(({ path, line }) => [path, line])),
  };
  return {
    changes: [{ summary: `.gitattributes: added ${listed(missing)}`, steps: [{ kind: "attributes", text }] }],
    record: { lines: { ...record.lines, [worktree]: lines } },
  };
}

function listed(stores: readonly StoreLine[]): string {
  return stores.map(({ path }) => escapeUnprintable(path)).join(", ");
}

function planConfig({ config }: InstallState): Change[] {
  const steps = [...DRIVER_CONFIG]
    .filter(([key, value]) => !isOnly(config.get(key), value))
    .map(([key, value]) => ({ kind: "set-config", key, value }) as const);
  if (steps.length === 0) return [];
  return [{ summary: `git config: set ${steps.map(({ key }) => key).join(", ")}`, steps }];
}

function isOnly(values: readonly string[] | undefined, value: string): boolean {
  return values?.length === 1 && values[0] === value;
}

/** The plan for shells whose PATH lacks pprotect: those of graphical programs, and all if only npm adds it to PATH. */
export function planProgram(
  { recordedProgram, reach }: ProgramState,
  program: RecordedProgram | undefined,
): Pick<Plan, "changes" | "notes" | "unguarded"> {
  if (program === undefined) {
    if (reach === "path") return { changes: [], notes: [] };
    const where = reach === "only-npm" ? "only npm and npx find pprotect" : "pprotect is not in your PATH";
    const advice = "install it with `npm install --global pprotect`, or add its directory to PATH";
    return {
      changes: [],
      notes: [`${where}, so git would refuse every commit: ${advice}`],
      unguarded: where,
    };
  }
  const { path, sha256 } = program;
  const shown = escapeUnprintable(path);
  const known = recordedProgram?.path === path && recordedProgram.sha256 === sha256;
  const steps = [
    { kind: "set-config", key: PROGRAM_KEYS.path, value: path },
    { kind: "set-config", key: PROGRAM_KEYS.sha256, value: sha256 },
  ] as const;
  const change = { summary: `git config: recorded ${shown} for programs that do not have your PATH`, steps };
  return { changes: known ? [] : [change], notes: reach === "path" ? [] : [recordedOnly(shown, reach)] };
}

/** @param path escaped */
function recordedOnly(path: string, reach: "only-npm" | "no"): string {
  if (/[/\\]_npx[/\\]/.test(path)) {
    return `git runs ${path}, which npx may remove: install pprotect with \`npm install --global pprotect\`, then run \`pprotect git install\``;
  }
  const where =
    reach === "only-npm" ? "only npm and npx find pprotect in PATH" : "pprotect is not in your PATH";
  const again = reach === "only-npm" ? "npx pprotect git install" : "pprotect git install";
  return `${where}, so git runs ${path}; after an update of it, run \`${again}\` again`;
}
