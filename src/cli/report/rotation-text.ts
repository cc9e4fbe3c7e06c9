import { displayName } from "../../common/terminal-safe.ts";
import type { PendingRotation } from "../../exec/rotation/pending.ts";
import type { StagedRotation, StrayStage } from "../../store/rotation/states.ts";
import { localTime } from "./local-time.ts";

/** Since when a rotation is at its stage, `2026-05-01`; nothing where the entry of the audit log has no time. */
export function stageDay({ since }: Pick<StagedRotation, "since">): string | undefined {
  return since === undefined || Number.isNaN(since) ? undefined : new Date(since).toISOString().slice(0, 10);
}

/** `staged since 2026-05-01` */
export function stageText(rotation: StagedRotation): string {
  const day = stageDay(rotation);
  return day === undefined ? rotation.stage : `${rotation.stage} since ${day}`;
}

/** @param name escapes names for the place where it is printed */
export function halfDoneText(rotation: StagedRotation, name: (name: string) => string): string {
  return `the rotation of ${name(`${rotation.domain}/${rotation.secret}`)} is half done: ${stageText(rotation)}`;
}

/** What a rotation left of a secret that was removed meanwhile. */
export function strayText({ domain, secret, beside }: StrayStage): string {
  const name = displayName(`${domain}/${beside}`);
  return `${name} was left by a rotation of ${displayName(secret)}, which is not there any more`;
}

/** What a rotation by a command has left on this machine when it was interrupted. */
export function leftText({ domain, secret, started, answer }: PendingRotation): string {
  const name = displayName(`${domain}/${secret}`);
  const what =
    answer === undefined
      ? "the service may have another value than the store"
      : `its new value is kept on this machine: \`pprotect rotate ${name} --recover\``;
  return `the rotation of ${name} was interrupted on ${localTime(started)}; ${what}`;
}

export function leftFields({ domain, secret, started, answer }: PendingRotation) {
  return { domain, secret, started: new Date(started).toISOString(), has_value: answer !== undefined };
}

export function rotationFields({ domain, secret, stage, ...rotation }: StagedRotation) {
  return { domain, secret, stage, since: stageDay(rotation) ?? null };
}

export function strayFields({ domain, secret, beside, ...rotation }: StrayStage) {
  return { domain, secret: beside, rotation_of: secret, since: stageDay(rotation) ?? null };
}
