import { whyNoLeases } from "../../../lease/availability.ts";
import { describeNoAnswer } from "../../../lease/connection.ts";
import { findLeases } from "../../../lease/find.ts";
import { type Examined, type Finding, ok } from "../finding.ts";

/** Whether `unlock` works on this machine, and the leases answer. */
export async function checkLeases({ environment }: Examined): Promise<readonly Finding[]> {
  const why = whyNoLeases();
  if (why !== undefined)
    return [{ id: "leases", level: "warn", message: `leases are not available: ${why}` }];
  const { silent } = await findLeases(environment);
  if (silent.length === 0) return [ok("leases", "leases are available")];
  return silent.map(({ id, why: silence }) => ({
    id: "leases",
    level: "warn",
    message: `lease ${id} ${describeNoAnswer(silence)}`,
    fix: `\`pprotect revoke ${id}\` ends it`,
  }));
}
