import { applySteps } from "./apply.ts";
import { type InstallRecord, writeRecord } from "./install-record.ts";
import type { InstallState } from "./install-state.ts";
import type { Plan } from "./plan.ts";

/**
 * Carries a plan out. Until all is done the record holds what was before as well as what is to be: should it be
 * interrupted, whatever was put in is known, and running it again finishes it.
 */
export async function carryOut({ repository, record, recordPath }: InstallState, plan: Plan): Promise<void> {
  if (plan.changes.length > 0) writeRecord(recordPath, union(record, plan.record));
  await applySteps(
    repository,
    plan.changes.flatMap(({ steps }) => steps),
  );
  writeRecord(recordPath, plan.record);
}

function union(before: InstallRecord, after: InstallRecord): InstallRecord {
  const worktrees = Object.keys({ ...before.lines, ...after.lines });
  const lines = worktrees.map((name) => [name, { ...before.lines[name], ...after.lines[name] }] as const);
  return { ...before, ...after, lines: Object.fromEntries(lines) };
}
