import { pause } from "../../common/pause.ts";
import { leaseProcess } from "../../lease/process/main.ts";

/** What our program does as the process of a lease. @param args what comes after the word for it */
export function runLeaseProcess(args: readonly string[]): void {
  leaseProcess(args, {
    async atEnd({ id }, stateDirectory) {
      const { removeFilesOfLease } = await import("../../exec/handed-out/at-lease-end.ts");
      await removeFilesOfLease(id, stateDirectory);
    },
    async watch(heartbeat, { environment, directory }, onMiss, stop) {
      const { beatUntilMissed, runHeartbeat } = await import("../../exec/supervise/heartbeat.ts");
      const beat = () => runHeartbeat(heartbeat.command, { environment, directory, stop });
      await beatUntilMissed(heartbeat, { sleep: pause, beat, onMiss }, stop);
    },
  });
}
