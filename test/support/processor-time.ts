/**
 * The processor time that this process has used so far, in ms: what a bound on the time of a computation is measured
 * with. Unlike the time on the clock, it does not grow while other processes run.
 */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
