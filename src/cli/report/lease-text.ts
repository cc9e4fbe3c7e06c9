import { formatDuration } from "../../common/duration.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import type { Grant } from "../../lease/grant.ts";
import type { Result } from "./json-envelope.ts";
import { localTime } from "./local-time.ts";

/** A lease for a program to read. */
export function grantFields(grant: Grant): Result {
  const { id, client, reason, custodian, domains, since, until, uses, program, heartbeat } = grant;
  return {
    lease: id,
    domains: domains.map(({ name, store }) => ({ store, domain: name })),
    only: domains[0]?.only?.globs ?? [],
    client: client ?? null,
    reason: reason ?? null,
    custodian,
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    uses: uses ?? null,
    heartbeat: heartbeat ? { ...heartbeat, every: formatDuration(heartbeat.every) } : null,
    program: program ? { pid: program.pid, name: program.name ?? null } : null,
  };
}

/** A lease in a line for people. @param used how often it was used */
export function describeGrant(grant: Grant, used: number): string {
  const { id, client, custodian, domains, until, uses, program, heartbeat, reason } = grant;
  const globs = domains[0]?.only?.globs ?? [];
  return [
    `${id}  ${domains.map(({ name }) => displayName(name)).join(", ")}`,
    ...(globs.length > 0 ? [`only ${globs.map(displayName).join(", ")}`] : []),
    `until ${localTime(until)}`,
    `granted by ${displayName(custodian)}`,
    ...(client === undefined ? [] : [`client ${displayName(client)}`]),
    ...(program ? [`for ${displayName(program.name ?? "a program")} (process ${program.pid})`] : []),
    ...(heartbeat ? [`while \`${displayName(heartbeat.command)}\` succeeds`] : []),
    uses === undefined ? `used ${countNoun(used, "time")}` : `used ${used} of ${uses} times`,
    ...(reason === undefined ? [] : [displayName(reason)]),
  ].join("; ");
}
