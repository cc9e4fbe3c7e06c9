import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { hasLine, removeLines } from "./gitattributes-text.ts";
import type { HookFile } from "./hook-location.ts";
import { isOurHook, runsGuard } from "./hook-script.ts";
import type { InstallRecord } from "./install-record.ts";
import type { InstallState } from "./install-state.ts";
import type { Change, Plan, Step } from "./plan.ts";
import { hookDigest } from "./plan-install.ts";

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
  const hooks = [...hookFiles(state)].map((hook) => planHook(hook, record));
  return {
    changes: [...attributes.changes, ...planConfig(state), ...hooks.flatMap(({ changes }) => changes)],
    notes: [...attributes.notes, ...hooks.flatMap(({ notes }) => notes), ...leftInManager(state)],
    record: { lines: otherWorktrees },
  };
}

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
function hookFiles({ hookLocation, plainHook }: InstallState): Iterable<HookFile> {
  const files = [plainHook, ...(hookLocation.kind === "ours" ? [hookLocation.hook] : [])];
  return new Map(files.map((hook) => [hook.path, hook])).values();
}

function planHook(hook: HookFile, record: InstallRecord): Part {
  const { path, text, chainedPath, chainedExists, directory } = hook;
  if (text === undefined) return chainedExists ? restored(hook) : NOTHING;
  if (!isOurHook(text)) {
    if (!chainedExists) return NOTHING;
    return noteOnly(
      `${escapeUnprintable(path)} is not pprotect's hook; ${escapeUnprintable(chainedPath)} was left in place`,
    );
  }
  if (record.hook !== undefined && record.hook !== hookDigest(text)) {
    return noteOnly(
      `pre-commit hook ${escapeUnprintable(path)} was modified after install; left in place: remove pprotect from it by hand`,
    );
  }
  if (chainedExists) return restored(hook);
  const made: Step[] = record.madeFolder === directory ? [{ kind: "remove-directory", path: directory }] : [];
  const steps: Step[] = [{ kind: "remove", path }, ...made];
  return { changes: [{ summary: `pre-commit hook ${escapeUnprintable(path)}: removed`, steps }], notes: [] };
}

const NOTHING: Part = { changes: [], notes: [] };

function noteOnly(note: string): Part {
  return { changes: [], notes: [note] };
}

/** The rename also removes our hook, so there is always one. */
function restored({ path, chainedPath }: HookFile): Part {
  const steps: Step[] = [{ kind: "rename", from: chainedPath, to: path }];
  return {
    changes: [{ summary: `pre-commit hook ${escapeUnprintable(path)}: restored the earlier hook`, steps }],
    notes: [],
  };
}

function leftInManager({ hookLocation }: InstallState): string[] {
  if (hookLocation.kind === "managed" && runsGuard(hookLocation.text)) {
    return [
      `${hookLocation.manager.name} still runs the guard; remove its lines from ${hookLocation.manager.file}`,
    ];
  }
  if (hookLocation.kind === "shared" && runsGuard(hookLocation.hook.text ?? "")) {
    return [`${escapeUnprintable(hookLocation.hook.path)} still runs the guard; remove its line`];
  }
  return [];
}
