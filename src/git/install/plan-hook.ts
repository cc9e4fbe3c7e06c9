import { createHash } from "node:crypto";
import { basename, relative } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { shellWord } from "../../common/shell-quote.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { committedLines, committedState, placeOfLines, runsOurLines, withLines } from "./committed-hook.ts";
import { type GuardHook, type LocalHookName, PRE_COMMIT } from "./guard-hooks.ts";
import type { HookFile, HookLocation, ManagedLocation } from "./hook-location.ts";
import { isBySimpleGitHooks, isOurHook, isSuperseded, runsGuard } from "./hook-script.ts";
import type { InstallRecord } from "./install-record.ts";
import type { Plan, Step } from "./plan.ts";

/** The part of a plan that is about the hook. */
export interface HookPlan extends Pick<Plan, "changes" | "notes" | "snippet" | "unguarded" | "toCommit"> {
  readonly record: Partial<InstallRecord>;
}

export interface HookPlanOptions {
  /** The top directory of the work tree. */
  readonly root: string;
  readonly record: InstallRecord;
  /** Whether a committed hook refuses the commits of those who do not have pprotect. */
  readonly required: boolean;
  readonly hook: GuardHook;
  /** Whether a committed pre-commit hook is wanted, and the one for merges beside it. */
  readonly wanted: ReadonlySet<LocalHookName>;
}

const NOTHING: HookPlan = { changes: [], notes: [], record: {} };
const SCRIPT_MODE = 0o755;

/**
 * The plan to have git run the guard before each commit.
 * @throws PprotectError `environment` when git runs no hooks here, `file_error` when two other hooks exist
 */
export function planHook(location: HookLocation, options: HookPlanOptions): HookPlan {
  switch (location.kind) {
    case "off":
      throw new PprotectError(
        "environment",
        `git runs no hooks in this repository: core.hooksPath is "${escapeUnprintable(location.path)}"`,
        "`git config --show-origin core.hooksPath` shows where it is set; unset it or set it to a directory",
      );
    case "managed":
      return planManaged(location, options);
    case "committed":
      return options.hook === PRE_COMMIT
        ? planBothCommitted(location, options)
        : planCommitted(location.hook, location.husky, options);
    case "shared": {
      const { text, path } = location.hook;
      const { hook } = options;
      if (text !== undefined && runsGuard(text, hook)) return NOTHING;
      const shown = escapeUnprintable(path);
      return {
        ...NOTHING,
        notes: [
          "core.hooksPath is set for every repository, in your own or the system's git config; add this line to " +
            `${shown}, or set core.hooksPath in this repository and run \`pprotect git install\` again`,
        ],
        snippet: { file: path, lines: `${hook.command}${hook.args} || exit $?\n` },
        unguarded: `${shown} does not run it`,
      };
    }
    case "ours":
      return planOwnHook(location.hook, options.hook);
  }
}

/** The digest that shows whether a hook is as install wrote it. */
export function hookDigest(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex");
}

function recordOf({ name, script }: GuardHook): Partial<InstallRecord> {
  const digest = hookDigest(script);
  return name === PRE_COMMIT.name ? { hook: digest } : { furtherHooks: { [name]: digest } };
}

/** How git comes to run the guard where a manager has the hooks. */
export type ManagedGuard = "our-hook" | "legacy" | "manager" | "not-installed" | "none";

export function managedGuard(
  { manager, text, hook, legacy }: ManagedLocation,
  guard: GuardHook = PRE_COMMIT,
): ManagedGuard {
  if (hook.runs && hook.text !== undefined && (isOurHook(hook.text) || runsGuard(hook.text, guard)))
    return "our-hook";
  const managed = hook.runs && (hook.text ?? "").includes(manager.mark);
  const renamed = legacy.runs && legacy.text !== undefined && isOurHook(legacy.text);
  if (managed && renamed && manager.name === "pre-commit") return "legacy";
  if (!runsGuard(text, guard)) return "none";
  return managed ? "manager" : "not-installed";
}

function planManaged(location: ManagedLocation, { record, hook: guard }: HookPlanOptions): HookPlan {
  const { manager, hook, legacy } = location;
  switch (managedGuard(location, guard)) {
    case "manager":
      return NOTHING;
    case "our-hook":
      return isOurHook(hook.text ?? "") ? planOwnHook(hook, guard) : NOTHING;
    case "legacy":
      return legacy.text === guard.script ? NOTHING : planOwnHook(legacy, guard);
    case "not-installed": {
      const advice = `${manager.file} runs the guard, but git does not run ${manager.name}`;
      return {
        ...NOTHING,
        notes: [`${advice}: run \`${manager.install(guard)}\``],
        unguarded: `${advice}; run \`${manager.install(guard)}\``,
        record,
      };
    }
    case "none":
      return {
        ...NOTHING,
        notes: [`${manager.name} manages the hooks; add these lines to ${manager.file}`],
        snippet: { file: manager.file, lines: manager.lines(guard) },
        unguarded: `${manager.name} does not run it`,
      };
  }
}

/** The lines are added to both hooks. A hook for merges to which they cannot be added is not an error. */
function planBothCommitted(
  { hook, mergeHook, husky }: Extract<HookLocation, { kind: "committed" }>,
  options: HookPlanOptions,
): HookPlan {
  const { wanted } = options;
  const commits = wanted.has("pre-commit") ? planCommitted(hook, husky, options) : NOTHING;
  if (commits.unguarded !== undefined || !wanted.has("pre-merge-commit")) return commits;
  const merges = planCommitted(mergeHook, husky, options);
  const committedHooks = { ...commits.record.committedHooks, ...merges.record.committedHooks };
  const changed = Object.keys(committedHooks).length > 0;
  return {
    changes: [...commits.changes, ...merges.changes],
    notes: [...commits.notes, ...merges.notes],
    ...(merges.snippet && { snippet: merges.snippet }),
    toCommit: [...(commits.toCommit ?? []), ...(merges.toCommit ?? [])],
    record: { ...merges.record, ...commits.record, ...(changed && { committedHooks }) },
  };
}

function planCommitted(hook: HookFile, husky: boolean, options: HookPlanOptions): HookPlan {
  const { required, hook: guard } = options;
  const { text = "" } = hook;
  const state = committedState(text, guard);
  const isInTheWay = hook.text !== undefined && !isOurHook(text);
  if (hook.text !== undefined && !hook.runs) return notExecutable(hook, options);
  if (state === "strict" || (state === "lenient" && !required)) return NOTHING;
  if (state === "absent" && isInTheWay) {
    if (runsGuard(text, guard)) return NOTHING;
    if (!runsOurLines(text, husky, guard)) return linesForTheUser(hook, options);
  }
  return planLines(hook, husky, options);
}

function notExecutable({ path }: HookFile, { root }: HookPlanOptions): HookPlan {
  const advice = `${escapeUnprintable(path)} is not executable, so git does not run it`;
  const fix = `run \`chmod +x ${shellWord(escapeUnprintable(relative(root, path)))}\`, then \`pprotect git install\` again`;
  return { ...NOTHING, notes: [`${advice}: ${fix}`], unguarded: advice };
}

function linesForTheUser({ path }: HookFile, { required, hook: guard }: HookPlanOptions): HookPlan {
  const shown = escapeUnprintable(path);
  const where = `lines at the ${placeOfLines(guard)} of ${shown}`;
  return {
    ...NOTHING,
    notes: [`${where} would not always run; add these where they do, and commit it`],
    snippet: { file: path, lines: committedLines(required, guard) },
    unguarded: `${shown} does not run it`,
  };
}

/** Writes the lines: to a hook that is there, or as a new one. */
function planLines(hook: HookFile, husky: boolean, options: HookPlanOptions): HookPlan {
  const { root, record, required, hook: guard } = options;
  const { path, text = "", directory, directoryExists } = hook;
  const shown = escapeUnprintable(path);
  const lines = committedLines(required, guard);
  const created = hook.text === undefined || isOurHook(text);
  const make = directoryExists ? [] : ([{ kind: "make-directory", path: directory }] as const);
  const start = husky ? "" : "#!/bin/sh\n";
  const write: Step = created
    ? { kind: "write-hook", path, text: start + lines, ...(husky ? {} : { mode: SCRIPT_MODE }) }
    : { kind: "write-hook", path, text: withLines(text, lines, guard) };
  const how = record.committedHooks?.[path] ?? (created ? "created" : "edited");
  const added =
    committedState(text, guard) === "absent"
      ? `added lines at its ${placeOfLines(guard)}`
      : "updated its lines";
  const others = required
    ? "it refuses the commits of those who do not have pprotect"
    : "it warns those who do not have pprotect; `pprotect git install --require` refuses their commits";
  return {
    changes: [
      { summary: `${basename(path)} hook ${shown}: ${created ? "written" : added}`, steps: [...make, write] },
    ],
    notes: [`${shown} is part of the repository: commit it, and every clone has it; ${others}`],
    toCommit: [relative(root, path)],
    record: {
      committedHooks: { ...record.committedHooks, [path]: how },
      ...(directoryExists ? {} : { createdDirectory: directory }),
    },
  };
}

/** The plan for a hook that only we write. */
export function planOwnHook(hook: HookFile, guard: GuardHook): HookPlan {
  const { path, text, runs, directory, directoryExists, chained } = hook;
  if (text === guard.script && runs) return NOTHING;
  const ours = text !== undefined && isOurHook(text);
  // The user's own hook already runs the guard.
  if (text !== undefined && !ours && runs && runsGuard(text, guard)) return NOTHING;
  const shown = escapeUnprintable(path);
  const aside = escapeUnprintable(chained.path);
  const chains = text !== undefined && !ours;
  if (chains && chained.text !== undefined && !isSuperseded(chained.text, text)) {
    throw new PprotectError(
      "file_error",
      `${shown} was replaced after pprotect moved an earlier hook to ${aside}`,
      "merge both into the first, remove the second, then run `pprotect git install` again",
    );
  }
  const steps: Step[] = [];
  if (!directoryExists) steps.push({ kind: "make-directory", path: directory });
  if (chains) {
    steps.push({ kind: "make-directory", path: chained.directory });
    steps.push({ kind: "rename", from: path, to: chained.path });
  }
  steps.push({ kind: "write-hook", path, text: guard.script, mode: SCRIPT_MODE });
  const kept = runs ? "is kept and runs first" : "is not executable, so it is kept but never runs";
  const done = ours ? "updated" : chains ? `written; the existing hook ${kept}` : "written";
  const notes: string[] = [];
  if (chains && !runs) notes.push(`\`chmod +x ${shellWord(aside)}\` lets the earlier hook run`);
  if (chains && isBySimpleGitHooks(text)) {
    notes.push(
      "simple-git-hooks replaces this hook when it runs again; so that it keeps the guard, also add " +
        `\`&& ${guard.command}${guard.args}\` to its ${guard.name} command`,
    );
  }
  return {
    changes: [{ summary: `${guard.name} hook ${shown}: ${done}`, steps }],
    notes,
    record: { ...recordOf(guard), ...(directoryExists ? {} : { createdDirectory: directory }) },
  };
}
