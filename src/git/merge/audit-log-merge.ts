const TRUNCATION = /^truncated \d+ audit log entries$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/;

type Log = readonly string[];

/** What one side did to the log that it started from. */
interface LogChange {
  /** The entry with the number of removed ones, if the side truncated the log. */
  readonly header: string | undefined;
  /** How many of the base's entries, oldest first, the side no longer has. */
  readonly dropped: number;
  readonly added: Log;
}

/**
 * Merges audit logs: what each side added, by time with each side's own order kept, after what neither
 * dropped of the base. An entry that both sides added (a cherry-pick) appears once.
 */
export function mergeAuditLogs(base: Log, ours: Log, theirs: Log): Log {
  const ourChange = changeOf(base, ours);
  const theirChange = changeOf(base, theirs);
  const longer = theirChange.dropped > ourChange.dropped ? theirChange : ourChange;
  const header = longer.header ?? ourChange.header ?? theirChange.header;
  return [
    ...(header === undefined ? [] : [header]),
    ...base.slice(longer.dropped),
    ...mergeByTime(ourChange.added, theirChange.added),
  ];
}

function changeOf(base: Log, side: Log): LogChange {
  const [first] = side;
  const truncated = first !== undefined && TRUNCATION.test(first) && first !== base[0];
  const rest = truncated ? side.slice(1) : side;
  const dropped = truncated ? droppedFrom(base, rest) : 0;
  const kept = commonPrefix(base.slice(dropped), rest);
  return { header: truncated ? first : undefined, dropped, added: rest.slice(kept) };
}

/** The least number of base entries whose loss explains how `rest` begins. */
function droppedFrom(base: Log, rest: Log): number {
  for (let dropped = 0; dropped < base.length; dropped++) {
    const kept = base.length - dropped;
    if (kept <= rest.length && commonPrefix(base.slice(dropped), rest) === kept) return dropped;
  }
  return base.length;
}

function commonPrefix(a: Log, b: Log): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function mergeByTime(ours: Log, theirs: Log): string[] {
  const merged: string[] = [];
  const ourTimes = timesOf(ours);
  const theirTimes = timesOf(theirs);
  let i = 0;
  let j = 0;
  while (i < ours.length || j < theirs.length) {
    const our = ours[i];
    const their = theirs[j];
    if (our !== undefined && our === their) {
      merged.push(our);
      i++;
      j++;
    } else if (their === undefined || (our !== undefined && (ourTimes[i] ?? "") <= (theirTimes[j] ?? ""))) {
      merged.push(our ?? "");
      i++;
    } else {
      merged.push(their);
      j++;
    }
  }
  return merged;
}

/** When each entry was made; one without a time goes with the entry before it. */
function timesOf(log: Log): string[] {
  let last = "";
  return log.map((entry) => {
    last = TIMESTAMP.exec(entry)?.[0] ?? last;
    return last;
  });
}
