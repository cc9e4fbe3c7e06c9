import { shellWord } from "../../common/shell-quote.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { DRIVER_CONFIG } from "./driver-config.ts";
import { hasLine } from "./gitattributes-text.ts";
import type { HookFile } from "./hook-location.ts";
import { HOOK_SCRIPT, isOurHook, runsGuard } from "./hook-script.ts";
import type { InstallState, StoreLine } from "./install-state.ts";

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
    hookStatus(state),
  ];
}

function storeStatus({ path, line, effective }: StoreLine, attributes: string | undefined): PartStatus {
  const part = `attributes of ${escapeUnprintable(path)}`;
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

function hookStatus({ hookLocation }: InstallState): PartStatus {
  const part = "pre-commit hook";
  switch (hookLocation.kind) {
    case "off":
      return {
        part,
        state: "missing",
        detail: `core.hooksPath "${escapeUnprintable(hookLocation.path)}" is not a directory, so git runs no hooks`,
      };
    case "managed": {
      const { name, file } = hookLocation.manager;
      if (runsGuard(hookLocation.text)) return { part, state: "installed", detail: `run by ${name}` };
      return {
        part,
        state: "missing",
        detail: `${name} manages the hooks; \`pprotect git install\` prints the lines to add to ${file}`,
      };
    }
    case "shared":
      if (runsGuard(hookLocation.hook.text ?? ""))
        return { part, state: "installed", detail: escapeUnprintable(hookLocation.hook.path) };
      return {
        part,
        state: "missing",
        detail: `${escapeUnprintable(hookLocation.hook.path)} does not run the guard; \`pprotect git install\` prints the line to add`,
      };
    case "ours":
      return { part, ...ownHookStatus(hookLocation.hook) };
  }
}

function ownHookStatus({ path, text, runs, chainedExists }: HookFile): Omit<PartStatus, "part"> {
  const where = escapeUnprintable(path);
  if (text === undefined) return { state: "missing", detail: RUN_INSTALL };
  const ours = isOurHook(text);
  if (!ours && !runsGuard(text))
    return { state: "missing", detail: `${where} does not run the guard; ${RUN_INSTALL}` };
  if (!runs) return { state: "stale", detail: `${where} is not executable, so git skips it; ${RUN_INSTALL}` };
  if (ours && text !== HOOK_SCRIPT)
    return { state: "stale", detail: `${where} differs from what this version writes; ${RUN_INSTALL}` };
  return {
    state: "installed",
    detail: chainedExists ? `${where}, after the earlier hook` : where,
  };
}
