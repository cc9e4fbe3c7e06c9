import { shellWord } from "../../common/shell-quote.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { committedState } from "./committed-hook.ts";
import { DRIVER_CONFIG } from "./driver-config.ts";
import { hasLine } from "./gitattributes-text.ts";
import { DEFAULT_HOOKS, type GuardHook, type LocalHookName, PRE_COMMIT } from "./guard-hooks.ts";
import type { HookFile, HookLocation, ManagedLocation } from "./hook-location.ts";
import { MERGE_HOOK } from "./hook-location.ts";
import { isOurHook, isSuperseded, runsGuard } from "./hook-script.ts";
import type { InstallState, ProgramState, StoreLine } from "./install-state.ts";
import { mergeHookStatus } from "./merge-hook.ts";
import { managedGuard } from "./plan-hook.ts";
import { isUnchanged } from "./recorded-program.ts";

/** One part of the git integration and its state. */
export interface PartStatus {
  readonly part: string;
  readonly state: "installed" | "stale" | "missing";
  /** The reason, or what to do. */
  readonly detail?: string;
}

/** The state of each part. It is stale if it differs from what this version writes, or has no effect. */
export function partStatuses(state: InstallState): PartStatus[] {
  return [
    ...state.stores.map((store) => storeStatus(store, state.attributes)),
    ...[...DRIVER_CONFIG].map(([key, value]) => configStatus(key, value, state.config.get(key))),
    ...programStatus(state),
    ...hookStatuses(state),
  ];
}

/** The hooks that are wanted: those that were chosen, or the default, and all that run the guard. */
export function wantedHooks(state: InstallState): ReadonlySet<LocalHookName> {
  return new Set([...(state.record.chosen ?? DEFAULT_HOOKS), ...runningHooks(state)]);
}

/** The hooks that run the guard, or did before something changed. */
export function runningHooks(state: InstallState): LocalHookName[] {
  return [...statusesByHook(state)].filter(([, { state: how }]) => how !== "missing").map(([name]) => name);
}

function hookStatuses(state: InstallState): PartStatus[] {
  const wanted = wantedHooks(state);
  return [...statusesByHook(state)].filter(([name]) => wanted.has(name)).map(([, status]) => status);
}

function statusesByHook(state: InstallState): ReadonlyMap<LocalHookName, PartStatus> {
  const { hookLocation, mergeHook, furtherHooks } = state;
  const merge =
    hookLocation.kind === "committed"
      ? { part: `${MERGE_HOOK} hook`, ...committedStatus(hookLocation.mergeHook, PRE_COMMIT) }
      : mergeHook && mergeHookStatus(mergeHook);
  return new Map<LocalHookName, PartStatus>([
    ["pre-commit", hookStatus(hookLocation, PRE_COMMIT)],
    ...(merge ? [[MERGE_HOOK, merge] as const] : []),
    ...furtherHooks.map(
      ({ hook, location }) => [hook.name as LocalHookName, hookStatus(location, hook)] as const,
    ),
  ]);
}

/** Only where a program was recorded: without that, hooks find pprotect in PATH, or refuse the commit. */
export function programStatus({ recordedProgram, reach }: ProgramState): PartStatus[] {
  if (recordedProgram === undefined) return [];
  const part = "program without PATH";
  const path = escapeUnprintable(recordedProgram.path);
  if (isUnchanged(recordedProgram)) {
    return [{ part, state: "installed", detail: reach === "path" ? path : `${path}; PATH has no pprotect` }];
  }
  const detail = `${path} is not the file that was recorded, so hooks do not run it; ${RUN_INSTALL}`;
  return [{ part, state: "stale", detail }];
}

function storeStatus(
  { path, line, effective, exists }: StoreLine,
  attributes: string | undefined,
): PartStatus {
  const part = `attributes of ${escapeUnprintable(path)}`;
  if (!exists && (effective || hasLine(attributes ?? "", line))) {
    const old = shellWord(escapeUnprintable(path));
    const detail = `there is no such file: \`pprotect init --file ${old}\` creates it; after a rename, run \`pprotect git install NEW\`, then \`pprotect git uninstall ${old}\``;
    return { part, state: "stale", detail };
  }
  if (effective) return { part, state: "installed" };
  if (!hasLine(attributes ?? "", line)) return { part, state: "missing", detail: RUN_INSTALL };
  const command = `git check-attr -a -- ${shellWord(escapeUnprintable(path))}`;
  const detail = `another .gitattributes entry overrides pprotect's: \`${command}\` shows what applies`;
  return { part, state: "stale", detail };
}

const RUN_INSTALL = "run `pprotect git install`";

function configStatus(key: string, value: string, found: readonly string[] | undefined): PartStatus {
  const part = `config ${key}`;
  if (found === undefined) return { part, state: "missing", detail: RUN_INSTALL };
  if (found.length === 1 && found[0] === value) return { part, state: "installed" };
  return { part, state: "stale", detail: RUN_INSTALL };
}

/** @param guard the hook that belongs there */
function hookStatus(hookLocation: HookLocation, guard: GuardHook): PartStatus {
  const part = `${guard.name} hook`;
  switch (hookLocation.kind) {
    case "off":
      return {
        part,
        state: "missing",
        detail: `core.hooksPath "${escapeUnprintable(hookLocation.path)}" is not a directory, so git runs no hooks`,
      };
    case "managed":
      return { part, ...managedStatus(hookLocation, guard) };
    case "committed":
      return { part, ...committedStatus(hookLocation.hook, guard) };
    case "shared":
      if (runsGuard(hookLocation.hook.text ?? "", guard))
        return { part, state: "installed", detail: escapeUnprintable(hookLocation.hook.path) };
      return {
        part,
        state: "missing",
        detail: `${escapeUnprintable(hookLocation.hook.path)} does not run the guard; \`pprotect git install\` prints the line to add`,
      };
    case "ours":
      return { part, ...ownHookStatus(hookLocation.hook, guard) };
  }
}

type Status = Omit<PartStatus, "part">;

function managedStatus(location: ManagedLocation, guard: GuardHook): Status {
  const { manager, hook, legacy } = location;
  switch (managedGuard(location, guard)) {
    case "our-hook":
      return ownHookStatus(hook, guard);
    case "legacy":
      if (legacy.text !== guard.script) return ownHookStatus(legacy, guard);
      return { state: "installed", detail: `pre-commit runs ${escapeUnprintable(legacy.path)} first` };
    case "manager":
      return { state: "installed", detail: `run by ${manager.name}` };
    case "not-installed": {
      const detail = `${manager.file} runs the guard, but git does not run ${manager.name}; run \`${manager.install(guard)}\``;
      return { state: "missing", detail };
    }
    case "none": {
      const detail = `${manager.name} manages the hooks; \`pprotect git install\` prints the lines to add to ${manager.file}`;
      return { state: "missing", detail };
    }
  }
}

function committedStatus(hook: HookFile, guard: GuardHook): Status {
  const { path, text, runs } = hook;
  const where = escapeUnprintable(path);
  if (text === undefined) return { state: "missing", detail: RUN_INSTALL };
  const state = committedState(text, guard);
  if (isOurHook(text) || state === "stale") {
    return { state: "stale", detail: `${where} differs from what this version writes; ${RUN_INSTALL}` };
  }
  if (state === "absent" && !runsGuard(text, guard)) {
    return { state: "missing", detail: `${where} does not run the guard; ${RUN_INSTALL}` };
  }
  if (!runs) return { state: "stale", detail: `${where} is not executable, so git skips it; ${RUN_INSTALL}` };
  const who = state === "lenient" ? "only warns those who do not have pprotect" : "";
  return { state: "installed", detail: [where, who].filter(Boolean).join("; ") };
}

/** The status of a hook that only we write. */
export function ownHookStatus({ path, text, runs, chained }: HookFile, guard: GuardHook): Status {
  const where = escapeUnprintable(path);
  if (text === undefined) return { state: "missing", detail: RUN_INSTALL };
  const ours = isOurHook(text);
  if (!ours && !runsGuard(text, guard)) {
    const replaced = chained.text !== undefined && isSuperseded(chained.text, text);
    const why = replaced ? "was written again and does not run the guard" : "does not run the guard";
    return { state: "missing", detail: `${where} ${why}; ${RUN_INSTALL}` };
  }
  if (!runs) return { state: "stale", detail: `${where} is not executable, so git skips it; ${RUN_INSTALL}` };
  if (ours && text !== guard.script)
    return { state: "stale", detail: `${where} differs from what this version writes; ${RUN_INSTALL}` };
  if (chained.text === undefined || !ours) return { state: "installed", detail: where };
  if (chained.runs) return { state: "installed", detail: `${where}, after the earlier hook` };
  const unused = `the earlier hook ${escapeUnprintable(chained.path)} is not executable and does not run`;
  return { state: "installed", detail: `${where}; ${unused}` };
}
