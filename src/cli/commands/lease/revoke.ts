import { parseDuration } from "../../../common/duration.ts";
import { PprotectError } from "../../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { forgetHandedOut } from "../../../exec/handed-out/forget.ts";
import { chosen, type Ledger } from "../../../exec/handed-out/ledger.ts";
import { readLedger } from "../../../exec/handed-out/ledger-file.ts";
import { endPrograms, type FilesRemoved, removeFiles } from "../../../exec/handed-out/take-back.ts";
import { cleanUpAll } from "../../../exec/plaintext-files/cleanup.ts";
import { DEFAULT_GRACE } from "../../../exec/supervise/supervise.ts";
import { type ChosenLease, chosenLeases, endLeases } from "../../../lease/end.ts";
import { findLeases, removeDeadSockets } from "../../../lease/find.ts";
import { stateDirectory } from "../../../system/state-directory.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option } from "../../argv/option.ts";
import { text } from "../../argv/value-type.ts";
import { EndingCommand, type Named, noSuchLease } from "../../base/ending-command.ts";
import { type ShownNow, shownLines, shownNow } from "../../reading/shown-values.ts";
import type { Json, Outcome } from "../../report/json-envelope.ts";
import { type ReadableRotated, readableFields } from "../../rotation/rotate-readable.ts";
import type { RotationHost } from "../../rotation/secret-rotation.ts";

/** What could not be taken back. */
interface Failure {
  readonly kind: "lease" | "program" | "file";
  readonly what: string;
  readonly problem: string;
}

const CHANGED = "it was changed since pprotect wrote it";

export default class RevokeCommand extends EndingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "leases",
    summary: "end leases and programs that have secrets, and remove files",
    details:
      "Ends leases, the programs that run under them or under `exec` with all that they started, and removes the files " +
      "that `env --out` and `inject --out` wrote for them. It needs no passphrase and works on all stores of this user.\n\n" +
      "Values that a program or a client has seen stay known: the answer lists those that still work, with the command " +
      "that changes each. --rotate then changes all values that could be read and have a command in `.pprotect.yaml`, for which it " +
      "needs the passphrase, and lists the others. --wipe also removes the lists of what was handed out, when all of it could be ended; the access " +
      "log and the accepted keys stay.",
    examples: [
      ["Everything, at once", "$0 revoke --all"],
      ["Also forget what was handed out, before a machine is given away", "$0 revoke --all --wipe"],
      ["What one agent has", "$0 revoke --client agent-7"],
      ["The same, and change what it could read", "$0 revoke --client agent-7 --rotate -u alice@example.com"],
    ],
  };

  wipe = flag("--wipe", "with --all: also forget what was handed out");
  rotate = flag(
    "--rotate",
    "then change the values that could be read, by the commands of .pprotect.yaml or --via",
  );
  via = option("--via", text("COMMAND"), "with --rotate: shell command that creates each new value");
  verify = option("--verify", text("COMMAND"), "with --rotate: shell command that tests each new value");
  timeout = option(
    "--timeout",
    text("TIME"),
    "with --rotate: stop these commands after this time (default: 60s)",
  );

  async run(): Promise<Outcome> {
    const choice = this.#requireChoice();
    const timeoutMs = this.#rotationTimeout();
    const directory = stateDirectory(process.env);
    const leases = chosenLeases(await findLeases(process.env), choice);
    const ids = leases.map(({ id }) => id);
    const handedOut = takenBack(readLedger(directory), choice, ids);
    if (choice.by === "id" && leases.length === 0 && isEmpty(handedOut)) throw noSuchLease(choice.id);
    const failed: Failure[] = [];
    const ended = [...(await endedLeases(leases, failed)), ...(await endedPrograms(handedOut, failed))];
    const files = await this.#removeFiles(handedOut, directory, failed);
    const wiped = this.wipe ? await this.#wipe(directory, failed) : [];
    await this.#record(choice, failed);
    this.#report(ended.length, files, failed);
    if (this.wipe && failed.length === 0) this.note("Removed the lists of what was handed out.");
    // All is taken back by now that can be: whatever becomes of the values, that stays so.
    const values = timeoutMs === undefined ? undefined : await this.#rotate(leases, handedOut, timeoutMs);
    const shown = shownNow(handedOut.shown);
    if (!values) this.#reportShown(shown);
    return {
      result: {
        ended,
        files_removed: [...files.removed],
        failed: failed.map((each) => ({ ...each })),
        shown: shown.map((each) => ({ ...each })),
        wiped: [...wiped],
        ...(values ? readableFields(values) : { rotated: null, not_rotated: null, unknown: null }),
      },
      refusal: failed.length > 0 ? notEnded(failed) : values && refusalOf(values),
    };
  }

  /** @throws PprotectError `usage` */
  #requireChoice(): Named {
    const choice = this.choice();
    if (!choice) throw this.wrongChoice();
    if (this.wipe && choice.by !== "all") throw new PprotectError("usage", "--wipe requires --all");
    return choice;
  }

  async #record(choice: Named, failed: readonly Failure[]): Promise<void> {
    const recorder = await this.recorder();
    await recorder.record({
      client: choice.by === "client" ? choice.client : undefined,
      lease: choice.by === "id" ? choice.id : undefined,
      reason: choice.by,
      result: failed.length === 0 ? "ok" : "not_ended",
    });
  }

  /** ms that a command may take; nothing without `--rotate`. @throws PprotectError `usage`, before anything is taken back */
  #rotationTimeout(): number | undefined {
    const { rotate, via, verify, timeout } = this;
    if (!rotate && [via, verify, timeout].some((each) => each !== undefined))
      throw new PprotectError("usage", "--via, --verify and --timeout require --rotate");
    return rotate ? parseDuration("--timeout", timeout ?? "60s") : undefined;
  }

  async #rotate(
    leases: readonly ChosenLease[],
    handedOut: Ledger,
    timeoutMs: number,
  ): Promise<ReadableRotated> {
    const { readableSecrets } = await import("../../rotation/readable-secrets.ts");
    const { notRotatedText, rotateReadable } = await import("../../rotation/rotate-readable.ts");
    const values = await rotateReadable(readableSecrets(leases, handedOut), this.#host(timeoutMs));
    for (const each of values.unknown) this.note(`pprotect: warning: ${escapeUnprintable(each)}`);
    for (const each of values.left) this.printLine(notRotatedText(each));
    const { rotated, left, unknown } = values;
    if (rotated.length + left.length + unknown.length === 0) this.note("There is no value to change.");
    else
      this.note(
        `Rotated ${countNoun(rotated.length, "value")}` +
          (left.length === 0 ? "." : `; ${left.length} left, which still work: the commands change them.`),
      );
    return values;
  }

  /** Of the store here, if there is one. */
  #host(timeoutMs: number): RotationHost | undefined {
    try {
      return this.rotationHost({ via: this.via, verify: this.verify, timeoutMs });
    } catch (error) {
      if (error instanceof PprotectError) return undefined;
      throw error;
    }
  }

  async #removeFiles({ files }: Ledger, directory: string, failed: Failure[]): Promise<FilesRemoved> {
    if (files.length === 0) return { removed: [], kept: [] };
    try {
      const result = await removeFiles(files, (message) => this.note(message), directory);
      // One that its lease has removed as it ended is gone.
      const there = new Set(readLedger(directory).files.map(({ path }) => path));
      failed.push(
        ...result.kept
          .filter((path) => there.has(path))
          .map((what) => ({ kind: "file" as const, what, problem: CHANGED })),
      );
      const gone = files.map(({ path }) => path).filter((path) => !there.has(path));
      return { ...result, removed: [...new Set([...result.removed, ...gone])] };
    } catch (error) {
      const problem = error instanceof Error ? error.message : "unknown error";
      failed.push(...files.map(({ path }) => ({ kind: "file" as const, what: path, problem })));
      return { removed: [], kept: [] };
    }
  }

  /** What could not be taken back is not forgotten. @returns the files that were removed */
  async #wipe(directory: string, failed: Failure[]): Promise<readonly string[]> {
    const onWait = (message: string): void => this.note(message);
    const { removed, kept } = await cleanUpAll(this.storePath, onWait);
    const known = new Set(failed.map(({ what }) => what));
    failed.push(
      ...kept
        .filter((path) => !known.has(path))
        .map((what) => ({ kind: "file" as const, what, problem: CHANGED })),
    );
    if (failed.length > 0) return removed;
    const { dead } = await findLeases(process.env);
    return [...removed, ...removeDeadSockets(dead), ...(await forgetHandedOut(directory, onWait))];
  }

  #report(ended: number, { removed }: FilesRemoved, failed: readonly Failure[]): void {
    this.note(
      `Ended ${countNoun(ended, "lease or program", "leases and programs")}, removed ${countNoun(removed.length, "file")}.`,
    );
    for (const { kind, what, problem } of failed)
      this.note(`Not taken back: ${kind} ${displayName(what)} (${problem})`);
  }

  #reportShown(shown: readonly ShownNow[]): void {
    for (const line of shownLines(shown)) this.printLine(line);
    if (shown.length > 0) this.note("These values were shown and still work; the commands change them.");
  }
}

/** Ends leases. @param failed gets those that do not end @returns the others, for the answer */
async function endedLeases(leases: readonly ChosenLease[], failed: Failure[]): Promise<readonly Json[]> {
  const ended: Json[] = [];
  for (const { id, outcome, problem } of await endLeases(leases)) {
    if (outcome === "failed") failed.push({ kind: "lease", what: id, problem: problem ?? "unknown error" });
    else ended.push({ kind: "lease", lease: id });
  }
  return ended;
}

/** Why a program was not ended. */
const NOT_ENDED = {
  failed: "it does not end",
  elsewhere: "it may run in another container: run `pprotect revoke` there or on the host",
} as const;

/** {@link endedLeases} for the programs that were handed secrets. */
async function endedPrograms(handedOut: Ledger, failed: Failure[]): Promise<readonly Json[]> {
  const ended: Json[] = [];
  for (const { program, outcome } of await endPrograms(onePerProcess(handedOut), DEFAULT_GRACE)) {
    const { pid, name, lease = null } = program;
    if (outcome === "failed" || outcome === "elsewhere")
      failed.push({ kind: "program", what: `${name} (${pid})`, problem: NOT_ENDED[outcome] });
    else ended.push({ kind: "program", pid, name, lease });
  }
  return ended;
}

function isEmpty({ programs, files, shown }: Ledger): boolean {
  return programs.length + files.length + shown.length === 0;
}

/** What the choice means, and what was handed out under the leases that it means. */
function takenBack(ledger: Ledger, choice: Named, leases: readonly string[]): Ledger {
  const parts = [chosen(ledger, choice), ...leases.map((id) => chosen(ledger, { by: "id", id }))];
  return {
    programs: [...new Set(parts.flatMap(({ programs }) => programs))],
    files: [...new Set(parts.flatMap(({ files }) => files))],
    shown: [...new Set(parts.flatMap(({ shown }) => shown))],
  };
}

/** A program that several leases opened secrets for is in the ledger once for each. */
function onePerProcess({ programs }: Ledger): Ledger["programs"] {
  return [
    ...Map.groupBy(programs, ({ pid, started, namespace }) => `${pid} ${started} ${namespace}`).values(),
  ].flatMap((same) => same.slice(0, 1));
}

function refusalOf({ left, unknown }: ReadableRotated): PprotectError | undefined {
  if (left.length > 0)
    return new PprotectError(
      "not_rotated",
      `${countNoun(left.length, "value")} that could be read ${left.length === 1 ? "was" : "were"} not changed`,
      "the commands above change them",
    );
  if (unknown.length === 0) return undefined;
  return new PprotectError(
    "not_rotated",
    "not all values that could be read are known, so some may not be changed",
    "`pprotect audit` shows what was read; change what you are not sure of with `pprotect rotate`",
  );
}

function notEnded(failed: readonly Failure[]): PprotectError {
  const each = failed
    .map(({ kind, what, problem }) => `${kind} ${displayName(what)} (${problem})`)
    .join(", ");
  return new PprotectError("not_ended", `not taken back: ${each}`, "end or remove them yourself");
}
