import { existsSync } from "node:fs";
import { join } from "node:path";
import preMergeCommit from "../../../hooks/pre-merge-commit" with { type: "text" };
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { PRE_COMMIT } from "./guard-hooks.ts";
import { isExecutable, readText } from "./hook-location.ts";
import { isOurHook, runsGuard } from "./hook-script.ts";
import type { InstallRecord } from "./install-record.ts";
import type { Plan } from "./plan.ts";
import { hookDigest } from "./plan-hook.ts";
import type { PartStatus } from "./status.ts";

/**
 * The hook `pre-merge-commit`, which git runs in place of `pre-commit` when it commits a merge itself (githooks(5)). It
 * is written beside our `pre-commit` hook. A hook of the user's is left as it is.
 */
export interface MergeHook {
  readonly path: string;
  /** `undefined` when there is no hook. */
  readonly text: string | undefined;
  readonly runs: boolean;
}

type Part = Pick<Plan, "changes" | "notes"> & { readonly record: Partial<InstallRecord> };

const NOTHING: Part = { changes: [], notes: [], record: {} };

/** @param directory the hooks directory */
export function readMergeHook(directory: string): MergeHook {
  const path = join(directory, "pre-merge-commit");
  return { path, text: readText(path), runs: existsSync(path) && isExecutable(path) };
}

export function planMergeHook({ path, text, runs }: MergeHook): Part {
  const shown = escapeUnprintable(path);
  if (text !== undefined && !isOurHook(text)) {
    if (guards(text)) return NOTHING;
    return {
      ...NOTHING,
      notes: [`${shown} is kept; add \`${PRE_COMMIT.command} || exit $?\` to it to check merges`],
    };
  }
  const record = { mergeHook: hookDigest(preMergeCommit) };
  if (text === preMergeCommit && runs) return { ...NOTHING, record };
  const done = text === undefined ? "written" : "updated";
  return {
    changes: [
      {
        summary: `pre-merge-commit hook ${shown}: ${done}`,
        steps: [{ kind: "write-hook", path, text: preMergeCommit, mode: 0o755 }],
      },
    ],
    notes: [],
    record,
  };
}

export function planMergeHookRemoval({ path, text }: MergeHook, { mergeHook }: InstallRecord): Part {
  if (text === undefined || !isOurHook(text)) return NOTHING;
  const shown = escapeUnprintable(path);
  if (mergeHook !== undefined && mergeHook !== hookDigest(text)) {
    const note = `pre-merge-commit hook ${shown} was modified after install; left in place: remove pprotect from it by hand`;
    return { ...NOTHING, notes: [note] };
  }
  return {
    ...NOTHING,
    changes: [{ summary: `pre-merge-commit hook ${shown}: removed`, steps: [{ kind: "remove", path }] }],
  };
}

export function mergeHookStatus({ path, text, runs }: MergeHook): PartStatus {
  const part = "pre-merge-commit hook";
  const where = escapeUnprintable(path);
  const install = "run `pprotect git install`";
  if (text === undefined) return { part, state: "missing", detail: install };
  if (!isOurHook(text)) {
    return guards(text)
      ? { part, state: "installed", detail: where }
      : { part, state: "missing", detail: `${where} does not run the guard; ${install}` };
  }
  if (!runs)
    return { part, state: "stale", detail: `${where} is not executable, so git skips it; ${install}` };
  if (text !== preMergeCommit)
    return { part, state: "stale", detail: `${where} differs from what this version writes; ${install}` };
  return { part, state: "installed", detail: where };
}

/** Whether a hook of the user's runs the guard itself, or the pre-commit hook, as git's sample does. */
function guards(text: string): boolean {
  return runsGuard(text) || /^[^#\n]*\bpre-commit\b/m.test(text);
}
