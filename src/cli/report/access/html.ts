import { compareCodePoints } from "../../../common/code-points.ts";
import { formatDuration } from "../../../common/duration.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { ageAt, isOlderThan } from "../../../store/access/revision.ts";
import type { SecretAccess } from "../../../store/access/who-knows.ts";
import { REVIEW_STYLE } from "./html-style.ts";
import { escapeHtml, htmlName } from "./html-text.ts";
import {
  type AccessView,
  ageInDays,
  DAY,
  dayOf,
  howTheyKnow,
  limitOf,
  rotationLines,
  staleKnowers,
} from "./view.ts";

/** What a commit did to the store, for the timeline. */
export interface TimelineEntry {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly commit: string;
  readonly author: string;
  readonly changes: readonly string[];
}

/** What the review shows beside who knows what. */
export interface Review {
  /** ms that a value may be old where the configuration says nothing. */
  readonly maxAge: number;
  /** Newest first. */
  readonly timeline: readonly TimelineEntry[];
  /** Whether older entries were left out. */
  readonly isCut: boolean;
  /** What limits the review, each in a sentence. */
  readonly limits: readonly string[];
}

/** The whole review in one file, which needs no other, and no script. Every name in it may come from a stranger. */
export function accessHtml(view: AccessView, review: Review): string {
  const title = `Access review of ${escapeHtml(escapeUnprintable(view.store))}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>
${REVIEW_STYLE}
</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="soft">Made by pprotect on ${new Date(view.now).toISOString().slice(0, 10)}. Names and dates only: there is no value in this file.</p>
${facts(view, review)}
</header>
<main>
${staleSection(view)}
${matrixSection(view)}
${agesSection(view, review)}
${rotationSection(view)}
${unusedSection(view)}
${timelineSection(review)}
</main>
<footer>
<p>A person knows a value if they were given the key that it was sealed to, in any commit of any branch or tag in this clone.
Copies made outside the store are not visible here. Dates are those in the commits, which authors can set.</p>
${review.limits.map((limit) => `<p>${escapeHtml(limit)}</p>`).join("\n")}
</footer>
</body>
</html>
`;
}

function facts(view: AccessView, review: Review): string {
  const { access } = view;
  const stale = new Set(
    access.secrets
      .filter((each) => staleKnowers(each).length > 0)
      .map(({ domain, secret }) => `${domain}/${secret}`),
  ).size;
  const old = withLimit(view).filter((each) => isOver(each, view, review)).length;
  const people = new Set(access.domains.flatMap(({ owners }) => owners)).size;
  const fact = (number: number, text: string, isBad = false): string =>
    `<li${isBad && number > 0 ? ' class="bad"' : ""}><strong>${number}</strong><span>${text}</span></li>`;
  return `<ul class="facts">
${fact(people, people === 1 ? "person who owns something" : "people who own something")}
${fact(access.domains.length, access.domains.length === 1 ? "domain" : "domains")}
${fact(access.secrets.length, access.secrets.length === 1 ? "secret" : "secrets")}
${fact(stale, "known to people who were removed", true)}
${fact(old, old === 1 ? "value older than its limit" : "values older than their limit", true)}
</ul>`;
}

/** The secrets whose values may get old; what a rotation has beside one is not among them. */
function withLimit({ access, beside }: AccessView): readonly SecretAccess[] {
  return access.secrets.filter(({ domain, secret }) => !beside.has(`${domain}/${secret}`));
}

/** ms that a value may be old: as the configuration says, else as the review does. */
function limitInReview(secret: SecretAccess, view: AccessView, { maxAge }: Review): number {
  return limitOf(secret, view) ?? maxAge;
}

function isOver(secret: SecretAccess, view: AccessView, review: Review): boolean {
  const { since } = secret;
  return since !== undefined && isOlderThan(limitInReview(secret, view, review), since, view.now);
}

/** By person, because it is people who leave. */
function staleSection({ access }: AccessView): string {
  const byPerson = new Map<string, string[]>();
  const add = (person: string, line: string): void => {
    byPerson.set(person, [...(byPerson.get(person) ?? []), line]);
  };
  for (const { domain, formerOwners } of access.domains)
    for (const { custodian } of formerOwners)
      add(
        custodian,
        `<li>has the current key of ${htmlName(domain)}: replace it with <code>rotate-domain-keys</code></li>`,
      );
  for (const each of access.secrets)
    for (const knower of staleKnowers(each))
      add(
        knower.custodian,
        `<li><span class="name">${secretName(each)}</span>: ${howTheyKnow(knower, htmlName)}</li>`,
      );
  const people = [...byPerson].toSorted(([a], [b]) => compareCodePoints(a, b));
  const boxes = people.map(
    ([person, lines]) =>
      `<div class="box bad"><p>${htmlName(person)} still knows, or can read:</p><ul>\n${lines.join("\n")}\n</ul></div>`,
  );
  const none = `<div class="box good"><p>Nobody who was removed knows a current value or has a current key.</p></div>`;
  return `<section><h2>Stale access</h2>\n${boxes.join("\n") || none}\n</section>`;
}

function secretName({ domain, secret }: SecretAccess): string {
  return `${htmlName(domain)}/${htmlName(secret)}`;
}

function matrixSection({ access }: AccessView): string {
  const people = [
    ...new Set([
      ...access.domains.flatMap(({ owners, formerOwners }) => [
        ...owners,
        ...formerOwners.map((each) => each.custodian),
      ]),
      ...access.secrets.flatMap(({ knowers }) => knowers.map(({ custodian }) => custodian)),
    ]),
  ].sort(compareCodePoints);
  const cell = (person: string, domain: string, owners: readonly string[]): string => {
    if (owners.includes(person)) return `<span class="mark owner">owner</span>`;
    const known = access.secrets.filter(
      (each) => each.domain === domain && each.knowers.some(({ custodian }) => custodian === person),
    ).length;
    const hasKey = access.domains.some(
      (each) => each.domain === domain && each.formerOwners.some(({ custodian }) => custodian === person),
    );
    if (hasKey) return `<span class="mark knows">has the key</span>`;
    return known === 0
      ? `<span class="mark none">–</span>`
      : `<span class="mark knows">knows ${known}</span>`;
  };
  const heads = access.domains.map(({ domain }) => `<th scope="col">${htmlName(domain)}</th>`).join("");
  const rows = people.map(
    (person) =>
      `<tr><th scope="row">${htmlName(person)}</th>${access.domains.map(({ domain, owners }) => `<td>${cell(person, domain, owners)}</td>`).join("")}</tr>`,
  );
  return `<section><h2>People and domains</h2>
<p class="soft">An owner reads every secret of a domain. “Has the key” means: removed, but the key was not replaced since. “Knows” counts current values that a person who is not an owner knows.</p>
<div class="wide"><table>
<thead><tr><th scope="col">Person</th>${heads}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div></section>`;
}

/** Those first that are nearest to their limit, or furthest beyond it: the bar's whole width is one and a half times that. */
function agesSection(view: AccessView, review: Review): string {
  const WHOLE = 1.5;
  const line = (100 / WHOLE).toFixed(1);
  const { now, ageRules } = view;
  const rows = withLimit(view)
    .map((each) => {
      const limit = limitInReview(each, view, review);
      return {
        each,
        limit,
        share: each.since ? (ageAt(now, each.since) ?? Number.POSITIVE_INFINITY) / limit : 0,
      };
    })
    .toSorted((a, b) => b.share - a.share)
    .map(({ each, limit, share }) => {
      const { domain, secret, since } = each;
      const age = ageInDays(since, now);
      const rule = ageRules.get(`${domain}/${secret}`);
      const ask = rule?.owner === undefined ? "" : ` <span class="ask">ask ${htmlName(rule.owner)}</span>`;
      const width = (Math.min(1, share / WHOLE) * 100).toFixed(1);
      return `<tr${isOver(each, view, review) ? ' class="over"' : ""}><td class="name">${secretName(each)}${ask}</td><td class="number">${age === undefined ? "?" : countNoun(age, "day")}</td><td class="number max${rule?.maxAge === undefined ? " soft" : ""}">${daysText(limit)}</td><td class="number soft">${dayOf(since) ?? "?"}</td><td class="bar"><div class="track"><span class="fill" style="width:${width}%"></span><span class="limit" style="left:${line}%"></span></div></td></tr>`;
    });
  return `<section><h2>Age of the values</h2>
<p class="soft">Since a value was entered, not since it was sealed again. The line in a bar is the limit: <code>max_age</code> of <code>.pprotect.yaml</code>, or ${daysText(review.maxAge)} where it has none (in grey).</p>
<table class="ages">
<thead><tr><th scope="col">Secret</th><th scope="col" class="number">Age</th><th scope="col" class="number">Limit</th><th scope="col" class="number">Since</th><th scope="col">Against the limit</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></section>`;
}

/** In days, or as exactly as it was written where it is less than one or no whole number of them. */
function daysText(ms: number): string {
  return ms % DAY === 0 ? countNoun(ms / DAY, "day") : formatDuration(ms);
}

function rotationSection(view: AccessView): string {
  const lines = rotationLines(view, htmlName);
  if (lines.length === 0) return "";
  const list = lines.map((line) => `<li>${line}</li>`).join("\n");
  return `<section><h2>Rotations that are half done</h2>\n<ul>\n${list}\n</ul></section>`;
}

function unusedSection({ access, unused }: AccessView): string {
  if (!unused) return "";
  const names = access.secrets.filter(({ domain, secret }) => unused.has(`${domain}/${secret}`));
  const list = names.map((each) => `<li class="name">${secretName(each)}</li>`).join("\n");
  return `<section><h2>Perhaps unused</h2>
<p class="soft">No manifest or template of this repository names them, and the access log of this machine has no read of them. Other machines may use them.</p>
${names.length === 0 ? "<p>None.</p>" : `<ul>\n${list}\n</ul>`}</section>`;
}

function timelineSection({ timeline, isCut }: Review): string {
  const entries = timeline.map(
    ({ day, commit, author, changes }) =>
      `<li><time datetime="${escapeHtml(day)}">${escapeHtml(day)}</time> <span class="soft">${htmlName(author)} · <span class="name">${escapeHtml(commit)}</span></span><ul>${changes.map((change) => `<li>${escapeHtml(change)}</li>`).join("")}</ul></li>`,
  );
  const cut = isCut
    ? `<p class="soft">Older changes are left out; <code>pprotect git history</code> shows them all.</p>`
    : "";
  return `<section><h2>Changes</h2>
${entries.length === 0 ? "<p>No commit has the store.</p>" : `<ol class="times">\n${entries.join("\n")}\n</ol>`}
${cut}</section>`;
}
