import { processFinder } from "../../system/pid-namespace.ts";
import { isRunning, type ProcessIdentity } from "../../system/process-identity.ts";
import { processesBelow } from "../../system/process-table.ts";
import { endProcesses, identitiesOf } from "../../system/process-tree.ts";
import { isAsWritten, withRecord } from "../plaintext-files/record.ts";
import { removeWritten } from "../plaintext-files/shred.ts";
import type { HandedOutFile, RunningProgram } from "./ledger.ts";

/** What became of a program that was to end. */
export interface ProgramEnding {
  readonly program: RunningProgram;
  /** `elsewhere`: in a PID namespace that is not shown here, so that it may still run. */
  readonly outcome: "ended" | "killed" | "failed" | "elsewhere";
}

/**
 * Ends programs that run with secrets, and all processes below them. Another process that has the number of one by now
 * is not touched.
 *
 * @param graceMs from SIGTERM to SIGKILL
 * @returns an outcome for each; it throws for none of them
 */
export function endPrograms(programs: readonly RunningProgram[], graceMs: number): Promise<ProgramEnding[]> {
  const find = processFinder();
  return Promise.all(
    programs.map(async (program): Promise<ProgramEnding> => {
      const found = find(program);
      if (found === "unknown") return { program, outcome: "elsewhere" };
      if (found === "ended") return { program, outcome: "ended" };
      const { all, killed } = await endProcesses(treeOf(found), graceMs);
      return { program, outcome: all ? (killed ? "killed" : "ended") : "failed" };
    }),
  );
}

/**
 * Finds the program and what is below it. What was found once is found again when the program has ended before it, but
 * only as itself: not what has its number by then.
 */
function treeOf(program: ProcessIdentity): () => readonly ProcessIdentity[] {
  let known: readonly ProcessIdentity[] = [program];
  return () => {
    const running = known.filter(isRunning);
    const below = running.flatMap(({ pid }) => processesBelow(pid, { withGroup: pid === program.pid }));
    const found = identitiesOf([...new Set(below)]);
    const isNew = ({ pid, started }: ProcessIdentity): boolean =>
      !running.some((each) => each.pid === pid && each.started === started);
    known = [...running, ...found.filter(isNew)];
    return known;
  };
}

/** What became of files that were to be removed. */
export interface FilesRemoved {
  readonly removed: readonly string[];
  /** Changed since they were written, or not known any more: they are not ours to remove. */
  readonly kept: readonly string[];
}

/**
 * Overwrites and removes files of secrets that are as they were written.
 *
 * @param directory the user's state directory; left out, the one of the environment
 * @throws PprotectError `file_error`, `store_locked`; what was not removed by then is not forgotten
 */
export function removeFiles(
  files: readonly HandedOutFile[],
  onWait: (message: string) => void,
  directory?: string,
): Promise<FilesRemoved> {
  const paths = new Set(files.map(({ path }) => path));
  return withRecord(
    onWait,
    (record) => {
      const removable = record.files.filter((file) => paths.has(file.path) && isAsWritten(file));
      for (const { path } of removable) removeWritten(path);
      const removed = removable.map(({ path }) => path);
      if (removed.length > 0) record.save(record.files.filter(({ path }) => !removed.includes(path)));
      return { removed, kept: [...paths].filter((path) => !removed.includes(path)) };
    },
    directory,
  );
}
