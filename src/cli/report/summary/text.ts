import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { findingLine, SaidOnce } from "../../../git/guard/report.ts";
import type { ChangedStore } from "../../../git/summary/summary.ts";
import { concerns, type Style, type SummaryView } from "./view.ts";

const STYLE: Style = { name: displayName, strong: (text) => text };

/** The summary of a range as lines: what changed, then what needs attention. */
export function summaryText({ summary, manifests }: SummaryView): string {
  const once = new SaidOnce();
  return [
    ...summary.stores.flatMap(storeLines),
    ...manifests.map(({ path, line, domain, secret, problem }) =>
      secret === undefined
        ? `${displayName(path)}: ${escapeUnprintable(problem ?? "")}`
        : `${displayName(path)}:${line}: no secret ${displayName(domain ?? "?")}/${displayName(secret)}`,
    ),
    ...summary.findings.map((finding) => findingLine(once.of(finding), { commit: finding.commit })),
    ...summary.warnings.map((finding) =>
      findingLine(once.of(finding), { commit: finding.commit, warning: true }),
    ),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function storeLines(store: ChangedStore): string[] {
  const { path, renamedFrom, status, problem, summary } = store;
  const was = renamedFrom === undefined ? "" : `, renamed from ${displayName(renamedFrom)}`;
  return [
    `${displayName(path)} (${status}${was})`,
    ...(problem === undefined ? [] : [`  cannot be read: ${escapeUnprintable(problem)}`]),
    ...summary.secrets.map(({ domain, secret, change }) => `  ${change} ${displayName(domain)}/${secret}`),
    ...summary.domains.map(
      ({ domain, change, proven }) =>
        `  ${change} domain ${displayName(domain)}${proven === undefined ? "" : proven ? " (proven)" : " (not proven)"}`,
    ),
    ...summary.owners.map(
      ({ domain, owner, change }) => `  ${change} owner ${displayName(owner)} of ${displayName(domain)}`,
    ),
    ...summary.custodians.map(
      ({ custodian, change }) => `  ${change.replace("_", " ")} custodian ${displayName(custodian)}`,
    ),
    ...concerns(store, STYLE).map((text) => `  note: ${text}`),
  ];
}
