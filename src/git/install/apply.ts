import { chmodSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { errnoOf, fileError } from "../../system/file-error.ts";
import type { Repository } from "../process/repository.ts";
import { writeAttributes } from "./gitattributes-file.ts";
import { type InstallRecord, writeRecord } from "./install-record.ts";
import type { InstallState } from "./install-state.ts";
import type { Plan, Step } from "./plan.ts";

/** What a plan is applied to. */
export type ApplyState = Pick<InstallState, "repository" | "record" | "recordPath">;

/**
 * Applies a plan. Until it is done, the record holds both what was installed before and what the plan installs: if it is
 * interrupted, everything that was installed is known, and running it again finishes it.
 *
 * @throws PprotectError `file_error`, `git_failed`
 */
export async function applyPlan({ repository, record, recordPath }: ApplyState, plan: Plan): Promise<void> {
  if (plan.changes.length > 0) writeRecord(recordPath, unionOfRecords(record, plan.record));
  for (const step of plan.changes.flatMap(({ steps }) => steps)) await applyStep(repository, step);
  writeRecord(recordPath, plan.record);
}

function unionOfRecords(before: InstallRecord, after: InstallRecord): InstallRecord {
  const worktrees = Object.keys({ ...before.lines, ...after.lines });
  const lines = worktrees.map((name) => [name, { ...before.lines[name], ...after.lines[name] }] as const);
  return { ...before, ...after, lines: Object.fromEntries(lines) };
}

async function applyStep({ root, run }: Repository, step: Step): Promise<void> {
  switch (step.kind) {
    case "attributes":
      return writeAttributes(root, step.text);
    case "set-config":
      await run("config", "--local", "--replace-all", step.key, step.value);
      return;
    case "unset-config":
      await run("config", "--local", "--unset-all", step.key);
      return;
    default:
      return applyToFile(step);
  }
}

type FileStep = Exclude<Step, { kind: "attributes" | "set-config" | "unset-config" }>;

function applyToFile(step: FileStep): void {
  const path = step.kind === "rename" ? step.to : step.path;
  try {
    changeFile(step);
  } catch (error) {
    throw fileError("change", path, error);
  }
}

function changeFile(step: FileStep): void {
  switch (step.kind) {
    case "write-hook":
      // Bytes that are not ours are kept, whatever the encoding.
      writeFileSync(step.path, step.text, "latin1");
      if (step.mode !== undefined) chmodSync(step.path, step.mode);
      return;
    case "rename":
      renameSync(step.from, step.to);
      return;
    case "remove":
      rmSync(step.path);
      return;
    case "make-directory":
      mkdirSync(step.path, { recursive: true });
      return;
    case "remove-directory":
      removeEmptyDirectory(step.path);
  }
}

/** The directory stays if it has another hook by now. */
function removeEmptyDirectory(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(errnoOf(error))) throw error;
  }
}
