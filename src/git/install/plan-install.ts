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
 * What is to be done to install everything.
 * @throws PprotectError `environment` when git runs no hooks here, `file_error` when two hooks are in the way
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

/** The digest by which a hook is known to be as install wrote it. */
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
    changes: [{ says: `.gitattributes: added ${listed(missing)}`, steps: [{ kind: "attributes", text }] }],
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
  return [{ says: `git config: set ${steps.map(({ key }) => key).join(", ")}`, steps }];
}

function isOnly(values: readonly string[] | undefined, value: string): boolean {
  return values?.length === 1 && values[0] === value;
}

interface HookPlan extends Pick<Plan, "changes" | "notes" | "snippet"> {
  readonly record: Partial<InstallRecord>;
}

function planHook({ place }: InstallState): HookPlan {
  switch (place.kind) {
    case "off":
      throw new PprotectError(
        "environment",
        `git runs no hooks here: core.hooksPath is "${escapeUnprintable(place.path)}"`,
        "`git config --show-origin core.hooksPath` says where that is set; unset it or name a folder",
      );
    case "managed": {
      const { manager, text } = place;
      if (runsGuard(text)) return NOTHING;
      const note = `${manager.name} manages the hooks: add these lines to ${manager.file} yourself`;
      return { ...NOTHING, notes: [note], snippet: manager };
    }
    case "shared": {
      const { text, path } = place.hook;
      if (text !== undefined && runsGuard(text)) return NOTHING;
      const note =
        `core.hooksPath of your own or the system's git config serves every repository: add this line to ` +
        `${escapeUnprintable(path)}, or set core.hooksPath in this repository and install again`;
      return { ...NOTHING, notes: [note], snippet: { file: path, lines: `${GUARD_COMMAND} || exit $?\n` } };
    }
    case "ours":
      return planOwnHook(place.hook);
  }
}

const NOTHING: HookPlan = { changes: [], notes: [], record: {} };

function planOwnHook(hook: HookFile): HookPlan {
  const { path, text, runs, folder, folderExists, chainedPath, chainedExists } = hook;
  if (text === HOOK_SCRIPT && runs) return NOTHING;
  const ours = text !== undefined && isOurHook(text);
  // A hook of the user's own that runs the guard needs no second one around it.
  if (text !== undefined && !ours && runs && runsGuard(text)) return NOTHING;
  if (text !== undefined && !ours && chainedExists) {
    throw new PprotectError(
      "file_error",
      `${escapeUnprintable(path)} was replaced after pprotect had moved a hook to ${escapeUnprintable(chainedPath)}`,
      "make one hook of the two at the first path, remove the second, then install again",
    );
  }
  const write = { kind: "write-hook", path, text: HOOK_SCRIPT } as const;
  const chains = text !== undefined && !ours;
  const aside = chains ? ([{ kind: "rename", from: path, to: chainedPath }] as const) : [];
  const make = folderExists ? [] : ([{ kind: "make-folder", path: folder }] as const);
  const done = ours
    ? "brought up to date"
    : chains
      ? "written; the one before is kept and runs first"
      : "written";
  return {
    changes: [
      { says: `pre-commit hook ${escapeUnprintable(path)}: ${done}`, steps: [...make, ...aside, write] },
    ],
    notes: [],
    record: { hook: hookDigest(HOOK_SCRIPT), ...(folderExists ? {} : { madeFolder: folder }) },
  };
}
