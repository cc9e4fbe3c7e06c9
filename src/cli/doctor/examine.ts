import { checkKeyring } from "./checks/keyring.ts";
import { checkLeases } from "./checks/leases.ts";
import { checkPlaintext } from "./checks/plaintext.ts";
import { checkPrivateFiles } from "./checks/private-files.ts";
import { checkProgram } from "./checks/program.ts";
import { checkProjectFiles } from "./checks/project-files.ts";
import { checkRepository } from "./checks/repository.ts";
import { checkStore } from "./checks/store.ts";
import type { Check, Examined, Finding } from "./finding.ts";

/** Every check, in the order in which they are reported. */
const CHECKS: readonly Check[] = [
  checkProgram,
  checkStore,
  checkProjectFiles,
  checkRepository,
  checkPrivateFiles,
  checkPlaintext,
  checkLeases,
  checkKeyring,
];

/** What all checks find. */
export async function examine(examined: Examined): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const check of CHECKS) found.push(...(await check(examined)));
  return found;
}

/** What a repair came to. */
export interface Repaired {
  readonly id: string;
  readonly message: string;
  /** Why it failed; nothing if it succeeded. */
  readonly failed?: string;
}

/** Repairs what can be repaired. One that several findings share is done once. */
export async function repairAll(findings: readonly Finding[]): Promise<readonly Repaired[]> {
  const done = new Map<NonNullable<Finding["repair"]>, string | undefined>();
  const repaired: Repaired[] = [];
  for (const { id, message, repair } of findings) {
    if (!repair) continue;
    if (!done.has(repair)) done.set(repair, await failureOf(repair));
    const failed = done.get(repair);
    repaired.push({ id, message, ...(failed !== undefined && { failed }) });
  }
  return repaired;
}

async function failureOf(repair: NonNullable<Finding["repair"]>): Promise<string | undefined> {
  try {
    await repair();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "unknown error";
  }
}
