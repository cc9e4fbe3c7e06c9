import { displayName } from "../../common/terminal-safe.ts";
import type { AccessEntry } from "../../lease/access-log/entry.ts";
import type { Json, Result } from "./json-envelope.ts";
import { localTime } from "./local-time.ts";

/** An entry of the access log in a line for people. What it holds may have been written by anyone. */
export function describeEntry(entry: AccessEntry): string {
  const { time, action, result, domains = [], custodian, client, lease, pid, program, reason } = entry;
  const names = domains.flatMap(({ domain, secrets }) => {
    const list = (secrets ?? []).map(displayName).join(",");
    return `${displayName(domain)}${list === "" ? "" : `/${list}`}`;
  });
  const ms = Date.parse(time);
  return [
    Number.isNaN(ms) ? displayName(time) : localTime(ms),
    displayName(action),
    displayName(result),
    ...names,
    ...labelled("by", custodian),
    ...labelled("client", client),
    ...labelled("lease", lease),
    ...labelled("program", program),
    ...(pid === undefined ? [] : [`process ${pid}`]),
    ...labelled("reason", reason),
  ].join("  ");
}

function labelled(label: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${label} ${displayName(value)}`];
}

/** An entry for a program. */
export function entryFields(entry: AccessEntry): Result {
  const { seq, time, action, result, domains = [] } = entry;
  return {
    seq,
    time,
    action,
    result,
    secrets: domains.map(
      ({ store, domain, secrets }): Json => ({
        store: store ?? null,
        domain,
        names: secrets ? [...secrets] : null,
      }),
    ),
    custodian: entry.custodian ?? null,
    client: entry.client ?? null,
    lease: entry.lease ?? null,
    pid: entry.pid ?? null,
    program: entry.program ?? null,
    uses: entry.uses ?? null,
    reason: entry.reason ?? null,
  };
}
