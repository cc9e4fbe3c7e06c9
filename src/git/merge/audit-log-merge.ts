import { readAuditEntry, truncatedCount } from "../../store/audit-log-reader.ts";
import { alignLists } from "./alignment.ts";

type Log = readonly string[];

/** A side's log, apart from what was truncated. */
interface SideLog {
  /** The entry with the number of removed ones, if the side truncated the log. */
  readonly header: string | undefined;
  /** How many of the base's oldest entries the side truncated. */
  readonly dropped: number;
  readonly entries: Log;
  /** For each entry its place in the base, or `undefined` for one that the side added. */
  readonly inBase: readonly (number | undefined)[];
}

/**
 * Step 4: merges audit logs. The log only grows: ours, with what theirs added to the base, each in its own order and
 * by time. What ours does not have of the base, as in a cherry-pick, is not brought in. An entry that both sides
 * added appears once; of two truncations the deeper one holds.
 */
export function mergeAuditLogs(base: Log, ours: Log, theirs: Log): Log {
  const our = readSide(base, ours);
  const their = readSide(base, theirs);
  const dropped = Math.max(our.dropped, their.dropped);
  const deeper = their.dropped > our.dropped ? their : our;
  const header = deeper.header ?? our.header ?? their.header;
  const isKept = (place: number | undefined): boolean => place === undefined || place >= dropped;
  const inOurs = new Set(our.inBase);
  const ourEntries = our.entries.filter((_, at) => isKept(our.inBase[at]));
  const theirEntries = their.entries.filter((_, at) => {
    const place = their.inBase[at];
    return isKept(place) && (place === undefined || inOurs.has(place));
  });
  return [...(header === undefined ? [] : [header]), ...mergeByTime(ourEntries, theirEntries)];
}

function readSide(base: Log, side: Log): SideLog {
  const [first] = side;
  const header = first !== base[0] && truncatedCount(first) !== undefined ? first : undefined;
  const entries = header === undefined ? side : side.slice(1);
  const inBase: (number | undefined)[] = Array.from({ length: entries.length });
  const pairs = alignLists(base, entries);
  for (const [place, at] of pairs) inBase[at] = place;
  // All that is older than the oldest entry that is left was truncated.
  const dropped = header === undefined ? 0 : (pairs[0]?.[0] ?? base.length);
  return { header, dropped, entries, inBase };
}

/**
 * Both logs in their own order: equal entries once, and by time between those; of the same second by their text, so that
 * two users who merge the same branches come to the same order, and can merge again.
 */
function mergeByTime(ours: Log, theirs: Log): string[] {
  const merged: string[] = [];
  const [timeOfOurs, timeOfTheirs] = [timesOf(ours), timesOf(theirs)];
  const isEarlier = (at: number, place: number): boolean => {
    const [time, otherTime] = [timeOfOurs(at), timeOfTheirs(place)];
    return time === otherTime ? (ours[at] ?? "") <= (theirs[place] ?? "") : time < otherTime;
  };
  let [i, j] = [0, 0];
  for (const [ourEnd, theirEnd] of [...alignLists(ours, theirs), [ours.length, theirs.length] as const]) {
    while (i < ourEnd || j < theirEnd) {
      const isOurs = j >= theirEnd || (i < ourEnd && isEarlier(i, j));
      const entry = isOurs ? ours[i++] : theirs[j++];
      if (entry !== undefined) merged.push(entry);
    }
    const both = ours[i];
    if (both !== undefined) merged.push(both);
    i++;
    j++;
  }
  return merged;
}

/** When an entry was made, asked for in order; an entry without a time counts as old as the one before it. */
function timesOf(log: Log): (at: number) => string {
  let time = "";
  let known = -1;
  return (at) => {
    while (known < at) {
      known++;
      time = readAuditEntry(log[known] ?? "").time ?? time;
    }
    return time;
  };
}
