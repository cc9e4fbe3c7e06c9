import { PprotectError } from "./errors.ts";
import { displayName } from "./terminal-safe.ts";

const SECOND = 1_000;
const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400 * SECOND],
  ["h", 3_600 * SECOND],
  ["m", 60 * SECOND],
  ["s", SECOND],
];
const MS_OF: ReadonlyMap<string, number> = new Map(UNITS);

/** A hundred years: a date so far from now is a date, and no clock of ours comes there. */
const LONGEST = 36_525 * 86_400 * SECOND;

const PART = /(\d+(?:\.\d+)?)([dhms])/g;
const DURATION = /^(?:\d+(?:\.\d+)?[dhms])+$/;

/**
 * A length of time as people write it: `90s`, `30m`, `1h`, `1h30m`, `1.5h`, `2d`.
 *
 * @param option what it was given for, for the message, such as `--ttl`
 * @returns milliseconds, more than 0
 * @throws PprotectError `usage`
 */
export function parseDuration(option: string, text: string): number {
  const isDuration = DURATION.test(text);
  const ms = isDuration
    ? Math.round(
        [...text.matchAll(PART)].reduce(
          (sum, [, count = "0", unit = "s"]) => sum + Number(count) * (MS_OF.get(unit) ?? 0),
          0,
        ),
      )
    : 0;
  if (ms > LONGEST) {
    throw new PprotectError("usage", `${option} "${displayName(text)}" is longer than 100 years`);
  }
  if (ms > 0) return ms;
  if (isDuration) throw new PprotectError("usage", `${option} "${displayName(text)}" is too short`);
  throw new PprotectError(
    "usage",
    `${option} "${displayName(text)}" is not a length of time`,
    "write a number with s, m, h or d, such as 90s, 30m, 1h30m or 2d",
  );
}

/** The shortest form of milliseconds that {@link parseDuration} reads back, rounded to seconds. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms / SECOND) * SECOND;
  let text = "";
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text || "0s";
}
