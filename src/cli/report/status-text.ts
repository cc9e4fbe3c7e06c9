import { displayName } from "../../common/terminal-safe.ts";
import type { HandedOutFile, RunningProgram } from "../../exec/handed-out/ledger.ts";
import type { PendingRotation } from "../../exec/rotation/pending.ts";
import { describeNoAnswer } from "../../lease/connection.ts";
import type { FoundLeases } from "../../lease/find.ts";
import type { StagedRotation, StrayStage } from "../../store/rotation/states.ts";
import type { KeyringState } from "../base/saved-passphrases.ts";
import { type ShownNow, shownLines } from "../reading/shown-values.ts";
import type { Result } from "./json-envelope.ts";
import { keyringFields } from "./keyring-text.ts";
import { describeGrant, grantFields } from "./lease-text.ts";
import { localTime } from "./local-time.ts";
import { leftFields, leftText, rotationFields, stageText, strayFields, strayText } from "./rotation-text.ts";

/** What is unlocked, handed out and half done now. */
export interface Status extends Pick<FoundLeases, "live" | "silent"> {
  readonly programs: readonly RunningProgram[];
  readonly files: readonly HandedOutFile[];
  /** The values that were shown to a client and still work. */
  readonly shown: readonly ShownNow[];
  readonly keyring: KeyringState;
  readonly rotations: readonly StagedRotation[];
  readonly strays: readonly StrayStage[];
  /** The rotations that were interrupted on this machine. */
  readonly interrupted: readonly PendingRotation[];
}

/** A title and its lines, of those parts that have any. */
export function statusSections(
  status: Status,
): readonly (readonly [title: string, lines: readonly string[]])[] {
  const { live, silent, programs, files, shown, keyring, rotations, strays, interrupted } = status;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["Leases", live.map(({ grant, used }) => describeGrant(grant, used))],
    ["Leases that do not answer", silent.map(({ id, why }) => `${id} ${describeNoAnswer(why)}`)],
    ["Programs with secrets", programLines(programs)],
    ["Files with secrets", files.map(fileLine)],
    ["Values that were shown and still work", shownLines(shown)],
    [
      keyring.state === "locked" ? "Keyring (locked)" : "Keyring",
      keyring.users.map((user) => `the passphrase of ${displayName(user)}`),
    ],
    [
      "Rotations that are half done",
      [
        ...rotations.map((each) => `${displayName(`${each.domain}/${each.secret}`)}: ${stageText(each)}`),
        ...strays.map(strayText),
        ...interrupted.map(leftText),
      ],
    ],
  ];
  return sections.filter(([, lines]) => lines.length > 0);
}

/** Whether nothing is unlocked, and nothing is handed out. */
export function isNothingOut({ live, silent, programs, files, shown, keyring }: Status): boolean {
  return [live, silent, programs, files, shown, keyring.users].every(({ length }) => length === 0);
}

/** The same for a program to read. */
export function statusFields(status: Status): Result {
  const { live, silent, programs, files, shown, keyring, rotations, strays, interrupted } = status;
  return {
    leases: live.map(({ grant, used, pid }) => ({ ...grantFields(grant), used, pid })),
    silent: silent.map(({ id, why }) => ({ lease: id, why })),
    programs: programs.map(({ pid, name, store, domains, ...handedOut }) => ({
      pid,
      name,
      store,
      domains,
      ...whoAndWhen(handedOut),
    })),
    files: files.map(({ path, store, until, ...handedOut }) => ({
      path,
      store,
      ...whoAndWhen(handedOut),
      until: until === undefined ? null : new Date(until).toISOString(),
    })),
    shown: shown.map((each) => ({ ...each })),
    rotations: rotations.map(rotationFields),
    stray_stages: strays.map(strayFields),
    interrupted_rotations: interrupted.map(leftFields),
    keyring: keyringFields(keyring),
  };
}

function whoAndWhen({ client, lease, since }: Pick<HandedOutFile, "client" | "lease" | "since">) {
  return { client: client ?? null, lease: lease ?? null, since: new Date(since).toISOString() };
}

/** A line for each program: one that is started again by `exec --watch` may have values of several leases. */
function programLines(programs: readonly RunningProgram[]): readonly string[] {
  const byProcess = Map.groupBy(programs, ({ pid, started }) => `${pid} ${started}`);
  return [...byProcess.values()].map((entries) => {
    const [{ pid, name }] = entries as [RunningProgram];
    const domains = [...new Set(entries.flatMap((each) => each.domains))];
    const clients = [...new Set(entries.map(({ client }) => client))];
    const since = Math.min(...entries.map((each) => each.since));
    return `${displayName(name)} (process ${pid}): ${domains.map(displayName).join(", ")}, since ${localTime(since)}${clients.map(forClient).join("")}`;
  });
}

function fileLine({ path, until, client }: HandedOutFile): string {
  const untilText = until === undefined ? "" : `, until ${localTime(until)}`;
  return `${displayName(path)}${untilText}${forClient(client)}`;
}

function forClient(client: string | undefined): string {
  return client === undefined ? "" : `, for ${displayName(client)}`;
}
