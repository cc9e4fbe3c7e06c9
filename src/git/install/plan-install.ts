import { createHash } from "node:crypto";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { DRIVER_CONFIG } from "./driver-config.ts";
import { addLines, hasLine } from "./gitattributes-text.ts";
import type { HookFile } from "./hook-location.ts";
import { GUARD_COMMAND, HOOK_SCRIPT, isOurHook, runsGuard } from "./hook-script.ts";
import type { InstallRecord } from "./install-record.ts";
import type { InstallState, StoreLine } from "./install-state.ts";
import type { Change, Plan } from "./plan.ts";

/**
 * The plan to install everything that is missing or out of date.
 * @throws PprotectError `environment` when git runs no hooks here, `file_error` when two other hooks exist
 */
export function planInstall(state: InstallState): Plan {
  const hook = planHook(state);
  const attributes = planAttributes(state);
  return {
    changes: [...attributes.changes, ...planConfig(state), ...hook.changes],
    notes: hook.notes,
    ...(hook.snippet ? { snippet: hook.snippet } : {}),
    record: { ...state.record, ...attributes.record, ...hook.record },
  };
}

/** The digest that shows whether a hook is as install wrote it. */
export function hookDigest(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex");
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

interface HookPlan extends Pick<Plan, "changes" | "notes" | "snippet"> {
  readonly record: Partial<InstallRecord>;
}

function planHook({ hookLocation }: InstallState): HookPlan {
  switch (hookLocation.kind) {
    case "off":
      throw new PprotectError(
        "environment",
        `git runs no hooks in this repository: core.hooksPath is "${escapeUnprintable(hookLocation.path)}"`,
        "`git config --show-origin core.hooksPath` shows where it is set; unset it or set it to a directory",
      );
    case "managed": {
      const { manager, text } = hookLocation;
      if (runsGuard(text)) return NOTHING;
      const note = `${manager.name} manages the hooks; add these lines to ${manager.file}`;
      return { ...NOTHING, notes: [note], snippet: manager };
    }
    case "shared": {
      const { text, path } = hookLocation.hook;
      if (text !== undefined && runsGuard(text)) return NOTHING;
      const note =
        "core.hooksPath is set for every repository, in your own or the system's git config; add this line to " +
        `${escapeUnprintable(path)}, or set core.hooksPath in this repository and run \`pprotect git install\` again`;
      return { ...NOTHING, notes: [note], snippet: { file: path, lines: `${GUARD_COMMAND} || exit $?\n` } };
    }
    case "ours":
      return planOwnHook(hookLocation.hook);
  }
}

const NOTHING: HookPlan = { changes: [], notes: [], record: {} };

function planOwnHook(hook: HookFile): HookPlan {
  const { path, text, runs, directory, directoryExists, chainedPath, chainedExists } = hook;
  if (text === HOOK_SCRIPT && runs) return NOTHING;
  const ours = text !== undefined && isOurHook(text);
  // The user's own hook already runs the guard.
  if (text !== undefined && !ours && runs && runsGuard(text)) return NOTHING;
  if (text !== undefined && !ours && chainedExists) {
    throw new PprotectError(
      "file_error",
      `${escapeUnprintable(path)} was replaced after pprotect moved an earlier hook to ${escapeUnprintable(chainedPath)}`,
      "merge both into the first, remove the second, then run `pprotect git install` again",
    );
  }
  const write = { kind: "write-hook", path, text: HOOK_SCRIPT } as const;
  const chains = text !== undefined && !ours;
  const aside = chains ? ([{ kind: "rename", from: path, to: chainedPath }] as const) : [];
  const make = directoryExists ? [] : ([{ kind: "make-directory", path: directory }] as const);
  const done = ours ? "updated" : chains ? "written; the existing hook is kept and runs first" : "written";
  return {
    changes: [
      { summary: `pre-commit hook ${escapeUnprintable(path)}: ${done}`, steps: [...make, ...aside, write] },
    ],
    notes: [],
    record: { hook: hookDigest(HOOK_SCRIPT), ...(directoryExists ? {} : { madeFolder: directory }) },
  };
}
