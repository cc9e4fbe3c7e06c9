import { countNoun } from "../../../common/text.ts";
import type { ChangedStore, CommitFinding } from "../../../git/summary/summary.ts";
import { markdownCode, markdownMessage, markdownTable } from "../markdown.ts";
import { concerns, isQuiet, type Style, type SummaryView, secretsThat } from "./view.ts";

/** Names in one cell; hosts limit the length of a comment. */
const MAX_NAMES = 40;
/** Lines of one list. */
const MAX_LINES = 25;

const STYLE: Style = { name: markdownCode, strong: (text) => `**${text}**` };

/** The summary of a range for a pull request. Every name in it is in a code span: none can be a link, a mention or HTML. */
export function summaryMarkdown(view: SummaryView): string {
  const { summary, manifests } = view;
  if (isQuiet(view)) return "### Secrets\n\nThis change does nothing to secrets.\n";
  const stores = summary.stores.map(storeMarkdown);
  const missing = manifests.map(({ path, line, domain, secret, problem }) =>
    secret === undefined
      ? `${markdownCode(path)} cannot be read: ${markdownMessage(problem ?? "")}`
      : `${markdownCode(path)}${line === undefined ? "" : ` line ${line}`} names ${markdownCode(secret)}, which ${domain === undefined ? "has no domain" : `${markdownCode(domain)} does not have`}`,
  );
  return [
    "### Secrets",
    ...stores,
    ...(missing.length > 0 ? [`#### Missing secrets\n\n${list(missing)}`] : []),
    ...findings("Findings", summary.findings),
    ...findings("Warnings", summary.warnings),
    `<sub>${countNoun(summary.commits, "commit")} checked by pprotect. Values are not in this summary.</sub>\n`,
  ].join("\n\n");
}

function storeMarkdown(store: ChangedStore): string {
  const { path, renamedFrom, status, problem } = store;
  const was = renamedFrom === undefined ? "" : `, renamed from ${markdownCode(renamedFrom)}`;
  const heading = `#### ${markdownCode(path)}${status === "changed" ? "" : ` (${status})`}${was}`;
  const alerts = concerns(store, STYLE);
  const rows = changeRows(store);
  return [
    heading,
    ...(problem === undefined
      ? []
      : [`> [!CAUTION]\n> The store cannot be read: ${markdownMessage(problem)}`]),
    ...(alerts.length === 0 ? [] : [`> [!WARNING]\n${list(alerts, "> ").trimEnd()}`]),
    ...(rows.length === 0 ? [] : [markdownTable(["", ""], rows).trimEnd()]),
  ].join("\n\n");
}

/** What changed, by kind, and the names; kinds of which there is nothing are left out. */
function changeRows(store: ChangedStore): string[][] {
  const { summary } = store;
  const resealed = Map.groupBy(secretsThat(store, "resealed"), ({ domain }) => domain);
  const names = (change: "added" | "changed" | "removed") =>
    cut(secretsThat(store, change).map(({ domain, secret }) => markdownCode(`${domain}/${secret}`)));
  const owners = (change: string) =>
    cut(
      summary.owners
        .filter((each) => each.change === change)
        .map(
          ({ domain, owner, proven }) =>
            `${markdownCode(owner)} (${markdownCode(domain)}${proven === true ? ", proven" : ""})`,
        ),
    );
  const domains = (change: string) =>
    cut(
      summary.domains
        .filter((each) => each.change === change)
        .map(({ domain, proven }) => `${markdownCode(domain)}${proven === true ? " (proven)" : ""}`),
    );
  const custodians = (change: string) =>
    cut(
      summary.custodians.filter((each) => each.change === change).map((each) => markdownCode(each.custodian)),
    );
  return [
    ["Secrets added", names("added")],
    ["Secrets changed", names("changed")],
    ["Secrets removed", names("removed")],
    [
      "Only re-sealed, by the log",
      cut(
        [...resealed].map(([domain, all]) => `${countNoun(all.length, "secret")} of ${markdownCode(domain)}`),
      ),
    ],
    ["Owners added", owners("added")],
    ["Owners removed", owners("removed")],
    ["Domains added", domains("added")],
    ["Domains removed", domains("removed")],
    ["Keys replaced", domains("rotated")],
    ["Key custodians added", custodians("added")],
    ["Key custodians removed", custodians("removed")],
    ["New passphrases or keys of", custodians("new_key")],
  ].filter(([, cell]) => cell !== "");
}

function findings(title: string, all: readonly CommitFinding[]): string[] {
  if (all.length === 0) return [];
  const lines = all.map(
    ({ commit, path, line, rule, message }) =>
      `${markdownCode(commit)} ${markdownCode(`${path}:${line}`)} ${markdownCode(rule)}: ${markdownMessage(message)}`,
  );
  return [`#### ${title}\n\n${list(lines)}`];
}

function list(lines: readonly string[], indent = ""): string {
  const shown = lines.slice(0, MAX_LINES);
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `${indent}- ${line}\n`).join("");
}

function cut(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
