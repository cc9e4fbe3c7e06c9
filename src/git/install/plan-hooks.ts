import { type LocalHookName, PRE_COMMIT } from "./guard-hooks.ts";
import type { InstallRecord } from "./install-record.ts";
import type { InstallState } from "./install-state.ts";
import { planMergeHook } from "./merge-hook.ts";
import { type HookPlan, planHook } from "./plan-hook.ts";

export interface HooksPlanOptions {
  /** Whether a committed hook refuses the commits of those who do not have pprotect. */
  readonly required: boolean;
  readonly wanted: ReadonlySet<LocalHookName>;
}

/**
 * The plan to have git run the guard in each hook that is wanted.
 * @throws PprotectError `environment` when git runs no hooks here, `file_error` when two other hooks exist
 */
export function planHooks(state: InstallState, { required, wanted }: HooksPlanOptions): HookPlan {
  const { record, repository, hookLocation, mergeHook, furtherHooks } = state;
  const options = { root: repository.root, record, required, wanted };
  const withMerges = hookLocation.kind === "committed" && wanted.has("pre-merge-commit");
  const further = furtherHooks.filter(({ hook }) => new Set<string>(wanted).has(hook.name));
  return merged(
    [
      ...(wanted.has("pre-commit") || withMerges
        ? [planHook(hookLocation, { ...options, hook: PRE_COMMIT })]
        : []),
      ...(mergeHook && wanted.has("pre-merge-commit") ? [planMergeHook(mergeHook)] : []),
      ...further.map(({ hook, location }) => planHook(location, { ...options, hook })),
    ],
    record,
  );
}

/** All plans as one. Each may create the directory of all. */
function merged(plans: readonly HookPlan[], before: InstallRecord): HookPlan {
  const records = plans.map(({ record }) => record);
  const further = records.flatMap(({ furtherHooks = {} }) => Object.entries(furtherHooks));
  const committed = records.flatMap(({ committedHooks = {} }) => Object.entries(committedHooks));
  const toCommit = plans.flatMap((plan) => plan.toCommit ?? []);
  // The notes say what to do for each; that git does not run one of them is said once.
  const [unguarded] = plans.flatMap((plan) => plan.unguarded ?? []);
  const [snippet, ...snippets] = plans.flatMap((plan) => plan.snippet ?? []);
  const record: Partial<InstallRecord> = Object.assign({}, ...records);
  return {
    changes: plans.flatMap(({ changes }) => changes),
    notes: [...new Set(plans.flatMap(({ notes }) => notes))],
    ...(snippet && {
      snippet: { ...snippet, lines: [snippet, ...snippets].map(({ lines }) => lines).join("") },
    }),
    ...(unguarded !== undefined && { unguarded }),
    ...(toCommit.length > 0 && { toCommit }),
    record: {
      ...record,
      ...(further.length > 0 && { furtherHooks: { ...before.furtherHooks, ...Object.fromEntries(further) } }),
      ...(committed.length > 0 && { committedHooks: Object.fromEntries(committed) }),
    },
  };
}
