import { leaseProcess } from "../../lease/process/main.ts";

/** What our program does as the process of a lease. @param args what comes after the word for it */
export function runLeaseProcess(args: readonly string[]): void {
  leaseProcess(args, async ({ id }, stateDirectory) => {
    const { removeFilesOfLease } = await import("../../exec/handed-out/at-lease-end.ts");
    await removeFilesOfLease(id, stateDirectory);
  });
}
