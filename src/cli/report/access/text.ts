import { formatDuration } from "../../../common/duration.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import type { SecretAccess } from "../../../store/access/who-knows.ts";
import { markdownCode, markdownCodes, markdownTable } from "../markdown.ts";
import {
  type AccessView,
  ageAgainstLimit,
  ageInDays,
  DAY,
  dayOf,
  howTheyKnow,
  rotationLines,
  staleKnowers,
} from "./view.ts";

/** A line for each secret, and one for each person who knows it and is not an owner. */
export function accessTable(view: AccessView): string {
  const { secrets, domains } = view.access;
  const rows = secrets.map((each) => ({
    name: `${displayName(each.domain)}/${each.secret}`,
    since: sinceText(each, view),
    owners: each.readers.map(displayName).join(", "),
    more: moreLines(each),
  }));
  const width = (cells: readonly string[]): number => Math.max(0, ...cells.map(({ length }) => length));
  const [names, since] = [width(rows.map(({ name }) => name)), width(rows.map((row) => row.since))];
  const lines = rows.flatMap((row) => [
    `${row.name.padEnd(names)}  ${row.since.padEnd(since)}  ${row.owners}`.trimEnd(),
    ...row.more.map((line) => `    ${line}`),
  ]);
  const former = domains.flatMap(({ domain, formerOwners }) =>
    formerOwners.map(
      ({ custodian }) =>
        `${displayName(domain)}: ${displayName(custodian)} has the current key and does not own the domain`,
    ),
  );
  return [...lines, ...former, ...rotationLines(view, displayName)].map((line) => `${line}\n`).join("");
}

function sinceText(secret: SecretAccess, view: AccessView): string {
  const age = ageText(secret, view);
  return `${dayOf(secret.since) ?? "?"} ${age === undefined ? "" : `(${age})`}`.trimEnd();
}

/** `12 days, limit 30d`, or `40 days, over the limit of 30d`; the age alone without a limit. */
function ageText(secret: SecretAccess, view: AccessView): string | undefined {
  const age = ageInDays(secret.since, view.now);
  if (age === undefined && dayOf(secret.since) === undefined) return undefined;
  const days = age === undefined ? "in the future, age unknown" : countNoun(age, "day");
  const against = ageAgainstLimit(secret, view);
  if (!against) return days;
  const limit = formatDuration(against.limit);
  return against.isOver && age !== undefined
    ? `${days}, over the limit of ${limit}`
    : `${days}, limit ${limit}`;
}

function moreLines({ knowers, otherPassphrases }: SecretAccess): string[] {
  return [
    ...knowers.map((knower) => `${displayName(knower.custodian)} ${howTheyKnow(knower, displayName)}`),
    ...otherPassphrases.map(
      ({ custodian, until }) =>
        `an earlier passphrase of ${displayName(custodian)}${dayOf(until) === undefined ? "" : ` (replaced ${dayOf(until)})`} opens it too`,
    ),
  ];
}

/** A table for an issue or a wiki. */
export function accessMarkdown(view: AccessView): string {
  const { secrets } = view.access;
  const table = markdownTable(
    ["Secret", "Value since", "Age", "Owners", "Also known to"],
    secrets.map((each) => {
      const age = ageText(each, view) ?? "?";
      return [
        markdownCode(`${each.domain}/${each.secret}`),
        dayOf(each.since) ?? "?",
        ageAgainstLimit(each, view)?.isOver ? `**${age}**` : age,
        markdownCodes(each.readers),
        each.knowers
          .map((knower) => `${markdownCode(knower.custodian)} ${howTheyKnow(knower, markdownCode)}`)
          .join("; ") || "–",
      ];
    }),
  );
  const rotations = rotationLines(view, markdownCode).map((line) => `- ${line}\n`);
  return rotations.length === 0 ? table : `${table}\n${rotations.join("")}`;
}

/** A line for each secret and each person who knows it (RFC 4180, UTF-8). */
export function accessCsv(view: AccessView): string {
  const { access, now } = view;
  const { secrets } = access;
  const heading = [
    ...["domain", "secret", "since", "age_days", "custodian", "how", "until", "branch", "stale"],
    ...["max_age_days", "too_old"],
  ];
  const rows = secrets.flatMap((each) => {
    const start = [
      each.domain,
      each.secret,
      dayOf(each.since) ?? "",
      String(ageInDays(each.since, now) ?? ""),
    ];
    const stale = new Set(staleKnowers(each));
    const against = ageAgainstLimit(each, view);
    const end = against ? [String(against.limit / DAY), against.isOver ? "yes" : "no"] : ["", ""];
    return [
      ...each.readers.map((owner) => [...start, owner, "owner", "", "", "no", ...end]),
      ...each.knowers.map((knower) => [
        ...start,
        ...[knower.custodian, knower.how, dayOf(knower.until) ?? "", knower.since.branch ?? ""],
        stale.has(knower) ? "yes" : "no",
        ...end,
      ]),
    ];
  });
  return [heading, ...rows].map((row) => `${row.map(csvField).join(",")}\r\n`).join("");
}

/** Spreadsheets calculate what begins like a formula: it is made text by a quote before it, as they have it themselves. */
function csvField(text: string): string {
  const shown = displayName(text);
  const safe = /^[=+\-@]/.test(shown) ? `'${shown}` : shown;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
