import { PprotectError } from "../../common/errors.ts";
import { checkKeyring } from "./checks/keyring.ts";
import { checkLeases } from "./checks/leases.ts";
import { checkLeftovers, checkPlaintext } from "./checks/plaintext.ts";
import { checkPrivateFiles } from "./checks/private-files.ts";
import { checkProgram } from "./checks/program.ts";
import { checkProjectFiles } from "./checks/project-files.ts";
import { checkRepository } from "./checks/repository.ts";
import { checkStore } from "./checks/store.ts";
import type { Check, Examined, Finding } from "./finding.ts";

/** Every check, with the id under which it fails when it cannot be done, in the order in which they are reported. */
const CHECKS: readonly (readonly [id: string, check: Check])[] = [
  ["memory", checkProgram],
  ["store", checkStore],
  ["config", checkProjectFiles],
  ["git", checkRepository],
  ["state", checkPrivateFiles],
  ["leftovers", checkLeftovers],
  ["plaintext", checkPlaintext],
  ["leases", checkLeases],
  ["keyring", checkKeyring],
];

/** What all checks find. */
export async function examine(examined: Examined): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const [id, check] of CHECKS) found.push(...(await findingsOf(id, check, examined)));
  return found;
}

/** A check that cannot be done fails, and the others are done. */
async function findingsOf(id: string, check: Check, examined: Examined): Promise<readonly Finding[]> {
  try {
    return await check(examined);
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    const { message, fix } = error;
    return [{ id, level: "fail", message, ...(fix !== undefined && { fix }) }];
  }
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
