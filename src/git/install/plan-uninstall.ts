import { basename } from "node:path";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { committedState, withoutLines } from "./committed-hook.ts";
import { hasLine, removeLines } from "./gitattributes-text.ts";
import { type GuardHook, PRE_COMMIT } from "./guard-hooks.ts";
import type { HookFile } from "./hook-location.ts";
import { isOurHook, isSuperseded, runsGuard } from "./hook-script.ts";
import type { InstallRecord } from "./install-record.ts";
import type { FurtherHook, InstallState } from "./install-state.ts";
import { planMergeHookRemoval } from "./merge-hook.ts";
import type { Change, Plan, Step } from "./plan.ts";
import { hookDigest } from "./plan-hook.ts";

/**
 * The plan to remove what install added: the lines of the stores and, unless lines of other stores stay in this worktree,
 * everything else.
 */
export function planUninstall(state: InstallState): Plan {
  const { record, worktree, stores } = state;
  const recorded = record.lines[worktree] ?? {};
  const leaving = new Set(stores.map(({ path }) => path));
  const rest = Object.entries(recorded).filter(([path]) => !leaving.has(path));
  const { [worktree]: _, ...otherWorktrees } = record.lines;
  const attributes = planAttributes(state, recorded);
  if (rest.length > 0) {
    const lines = { ...otherWorktrees, [worktree]: Object.fromEntries(rest) };
    return { ...attributes, record: { ...record, lines } };
  }
  const hooks = [
    // First: with the other hook, the directory of both is removed.
    ...(state.mergeHook ? [planMergeHookRemoval(state.mergeHook, record)] : []),
    ...state.furtherHooks.flatMap((further) =>
      [...hookFiles(further)].map((file) => planHook(file, further.hook, record)),
    ),
    ...[...hookFiles({ ...state, location: state.hookLocation })].map((file) =>
      planHook(file, PRE_COMMIT, record),
    ),
    planCommitted(state),
  ];
  const shared = [...planConfig(state), ...hooks.flatMap(({ changes }) => changes)];
  return {
    changes: [...attributes.changes, ...shared],
    notes: [
      ...attributes.notes,
      ...hooks.flatMap(({ notes }) => notes),
      ...leftInManager(state),
      ...(worktree !== "." && shared.length > 0 ? [FOR_ALL_WORKTREES] : []),
    ],
    record: { lines: otherWorktrees, ...otherCommittedHooks(state) },
  };
}

const FOR_ALL_WORKTREES =
  "all worktrees of the repository share its git config and its hooks: they are now removed from all of them";

type Part = Pick<Plan, "changes" | "notes">;

function planAttributes(state: InstallState, recorded: Readonly<Record<string, string>>): Part {
  const { attributes, stores } = state;
  const ours = stores.filter(({ path }) => recorded[path] !== undefined);
  const there = ours.filter(({ path }) => hasLine(attributes ?? "", recorded[path] ?? ""));
  const kept = stores
    .filter(({ path, line }) => recorded[path] === undefined && hasLine(attributes ?? "", line))
    .map(
      ({ path }) =>
        `.gitattributes: the entry for ${escapeUnprintable(path)} existed before install; left in place`,
    );
  const changed = ours
    .filter((store) => !there.includes(store))
    .map(
      ({ path }) =>
        `.gitattributes: the entry for ${escapeUnprintable(path)} was modified after install; left in place`,
    );
  const notes = [...kept, ...changed];
  if (attributes === undefined || there.length === 0) return { changes: [], notes };
  const text = removeLines(
    attributes,
    // In the reverse order of adding them, so that the end of the file is restored too.
    there.map(({ path }) => recorded[path] ?? "").reverse(),
  );
  const summary = `.gitattributes: removed ${there.map(({ path }) => escapeUnprintable(path)).join(", ")}`;
  return { changes: [{ summary, steps: [{ kind: "attributes", text }] }], notes };
}

function planConfig({ config }: InstallState): Change[] {
  const keys = [...config.keys()];
  if (keys.length === 0) return [];
  const steps = keys.map((key) => ({ kind: "unset-config", key }) as const);
  return [{ summary: `git config: unset ${keys.join(", ")}`, steps }];
}

/** Where our hook may be: where it belongs, and git's default directory, if core.hooksPath was set after install. */
function hookFiles({ location, plainHook, legacyHook }: Omit<FurtherHook, "hook">): Iterable<HookFile> {
  const located = "hook" in location && location.kind !== "shared" ? [location.hook] : [];
  const legacy = [legacyHook, ...(location.kind === "managed" ? [location.legacy] : [])];
  const renamed = legacy.filter(({ text }) => text !== undefined && isOurHook(text));
  const files = [plainHook, ...located]
    // What ours runs first belongs to ours, wherever pre-commit moved it.
    .filter(({ directory }) => !renamed.some((each) => each.directory === directory));
  return new Map([...files, ...renamed].map((hook) => [hook.path, hook])).values();
}

/** The plan to remove a hook that only we write. */
export function planHook(hook: HookFile, guard: GuardHook, record: InstallRecord): Part {
  const { path, text, chained, directory } = hook;
  if (text === undefined) return chained.text === undefined ? NOTHING : restored(hook, guard);
  const shown = escapeUnprintable(path);
  if (!isOurHook(text)) {
    if (chained.text === undefined) return NOTHING;
    const aside = escapeUnprintable(chained.path);
    if (!isSuperseded(chained.text, text)) {
      return noteOnly(`${shown} is not pprotect's hook; ${aside} was left in place`);
    }
    const summary = `${aside}: removed; ${shown} is a later version of it`;
    return { changes: [{ summary, steps: removal(hook) }], notes: [] };
  }
  const digest = guard === PRE_COMMIT ? record.hook : record.furtherHooks?.[guard.name];
  if (digest !== undefined && digest !== hookDigest(text)) {
    return noteOnly(
      `${guard.name} hook ${shown} was modified after install; left in place: remove pprotect from it by hand`,
    );
  }
  if (chained.text !== undefined) return restored(hook, guard);
  const made: Step[] =
    record.createdDirectory === directory ? [{ kind: "remove-directory", path: directory }] : [];
  const steps: Step[] = [{ kind: "remove", path }, ...made];
  return { changes: [{ summary: `${guard.name} hook ${shown}: removed`, steps }], notes: [] };
}

const NOTHING: Part = { changes: [], notes: [] };

function noteOnly(note: string): Part {
  return { changes: [], notes: [note] };
}

/** The rename also removes our hook, so there is always one. */
function restored({ path, chained }: HookFile, { name }: GuardHook): Part {
  const steps: Step[] = [
    { kind: "rename", from: chained.path, to: path },
    { kind: "remove-directory", path: chained.directory },
  ];
  return {
    changes: [{ summary: `${name} hook ${escapeUnprintable(path)}: restored the earlier hook`, steps }],
    notes: [],
  };
}

function removal({ chained }: HookFile): Step[] {
  return [
    { kind: "remove", path: chained.path },
    { kind: "remove-directory", path: chained.directory },
  ];
}

/** The lines in a committed hook are removed where install added them: in other clones they are a colleague's. */
function planCommitted(state: InstallState): Part {
  const parts = committedHooks(state).map(([file, guard]) => planCommittedHook(file, guard, state.record));
  return {
    changes: parts.flatMap(({ changes }) => changes),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

function committedHooks({ hookLocation, furtherHooks }: InstallState): (readonly [HookFile, GuardHook])[] {
  const further = furtherHooks.flatMap(({ hook, location }) =>
    location.kind === "committed" ? [[location.hook, hook] as const] : [],
  );
  if (hookLocation.kind !== "committed") return further;
  const { hook, mergeHook } = hookLocation;
  return [...further, [mergeHook, PRE_COMMIT] as const, [hook, PRE_COMMIT] as const];
}

function planCommittedHook(
  { path, text = "", directory }: HookFile,
  guard: GuardHook,
  record: InstallRecord,
): Part {
  if (committedState(text, guard) === "absent") return NOTHING;
  const shown = escapeUnprintable(path);
  const how = record.committedHooks?.[path];
  if (how === undefined) return noteOnly(`${shown} had pprotect's lines before install; left in place`);
  const rest = withoutLines(text, guard);
  if (rest === undefined) {
    return noteOnly(`pprotect's lines in ${shown} were modified after install; remove them by hand`);
  }
  const made: Step[] =
    record.createdDirectory === directory ? [{ kind: "remove-directory", path: directory }] : [];
  const isEmpty = how === "created" && ["", "#!/bin/sh\n"].includes(rest);
  const steps: Step[] = isEmpty
    ? [{ kind: "remove", path }, ...made]
    : [{ kind: "write-hook", path, text: rest }];
  const done = isEmpty ? "removed" : "removed pprotect's lines";
  return {
    changes: [{ summary: `${basename(path)} hook ${shown}: ${done}; commit that`, steps }],
    notes: [],
  };
}

function otherCommittedHooks(state: InstallState): Pick<InstallRecord, "committedHooks"> {
  const here = new Set(committedHooks(state).map(([{ path }]) => path));
  const others = Object.entries(state.record.committedHooks ?? {}).filter(([path]) => !here.has(path));
  return others.length === 0 ? {} : { committedHooks: Object.fromEntries(others) };
}

function leftInManager({ hookLocation, furtherHooks }: InstallState): string[] {
  const all = [{ hook: PRE_COMMIT, location: hookLocation }, ...furtherHooks];
  const left = all.flatMap(({ hook, location }) => {
    if (location.kind === "managed" && runsGuard(location.text, hook)) {
      const { name, file } = location.manager;
      return [`${name} still runs the guard; remove its lines from ${file}`];
    }
    if (location.kind === "shared" && runsGuard(location.hook.text ?? "", hook)) {
      return [`${escapeUnprintable(location.hook.path)} still runs the guard; remove its line`];
    }
    return [];
  });
  return [...new Set(left)];
}
