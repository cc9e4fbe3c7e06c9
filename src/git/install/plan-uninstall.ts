import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { hasLine, removeLines } from "./gitattributes-text.ts";
import type { HookFile } from "./hook-location.ts";
import { isOurHook, runsGuard } from "./hook-script.ts";
import type { InstallRecord } from "./install-record.ts";
import type { InstallState } from "./install-state.ts";
import type { Change, Plan, Step } from "./plan.ts";
import { hookDigest } from "./plan-install.ts";

/**
 * What is to be done to take out what install put in: the lines of the stores and, unless lines of other stores
 * stay in this worktree, everything else.
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
      ({ path }) => `.gitattributes: the line of ${escapeUnprintable(path)} was there before install: kept`,
    );
  const changed = ours
    .filter((store) => !there.includes(store))
    .map(
      ({ path }) =>
        `.gitattributes: the line of ${escapeUnprintable(path)} is not as install wrote it: nothing to take out`,
    );
  const notes = [...kept, ...changed];
  if (attributes === undefined || there.length === 0) return { changes: [], notes };
  const text = removeLines(
    attributes,
    // From the last to the first, as they were added: so the end of the file comes back, too.
    there.map(({ path }) => recorded[path] ?? "").reverse(),
  );
  const says = `.gitattributes: took out ${there.map(({ path }) => escapeUnprintable(path)).join(", ")}`;
  return { changes: [{ says, steps: [{ kind: "attributes", text }] }], notes };
}

function planConfig({ config }: InstallState): Change[] {
  const keys = [...config.keys()];
  if (keys.length === 0) return [];
  const steps = keys.map((key) => ({ kind: "unset-config", key }) as const);
  return [{ says: `git config: unset ${keys.join(", ")}`, steps }];
}

/** Where ours may be: the place for it, and git's own folder, should the hooks have moved since. */
function hookFiles({ place, plainHook }: InstallState): Iterable<HookFile> {
  const files = [plainHook, ...(place.kind === "ours" ? [place.hook] : [])];
  return new Map(files.map((hook) => [hook.path, hook])).values();
}

function planHook(hook: HookFile, record: InstallRecord): Part {
  const { path, text, chainedPath, chainedExists, folder } = hook;
  if (text === undefined) return chainedExists ? restored(hook) : NOTHING;
  if (!isOurHook(text)) {
    if (!chainedExists) return NOTHING;
    return noteOnly(
      `${escapeUnprintable(path)} is not pprotect's: ${escapeUnprintable(chainedPath)} stays where it is`,
    );
  }
  if (record.hook !== undefined && record.hook !== hookDigest(text)) {
    return noteOnly(
      `pre-commit hook ${escapeUnprintable(path)} was changed since install: kept; take pprotect out by hand`,
    );
  }
  if (chainedExists) return restored(hook);
  const made: Step[] = record.madeFolder === folder ? [{ kind: "remove-folder", path: folder }] : [];
  const steps: Step[] = [{ kind: "remove", path }, ...made];
  return { changes: [{ says: `pre-commit hook ${escapeUnprintable(path)}: removed`, steps }], notes: [] };
}

const NOTHING: Part = { changes: [], notes: [] };

function noteOnly(note: string): Part {
  return { changes: [], notes: [note] };
}

/** The rename takes ours away in the same step: there is no moment without a hook. */
function restored({ path, chainedPath }: HookFile): Part {
  const steps: Step[] = [{ kind: "rename", from: chainedPath, to: path }];
  return {
    changes: [{ says: `pre-commit hook ${escapeUnprintable(path)}: the one before is back`, steps }],
    notes: [],
  };
}

function leftInManager({ place }: InstallState): string[] {
  if (place.kind === "managed" && runsGuard(place.text)) {
    return [
      `${place.manager.name} still runs the guard: take its lines out of ${place.manager.file} yourself`,
    ];
  }
  if (place.kind === "shared" && runsGuard(place.hook.text ?? "")) {
    return [`${escapeUnprintable(place.hook.path)} still runs the guard: take its line out yourself`];
  }
  return [];
}
