import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import type { AccessEntry } from "../../../lease/access-log/entry.ts";
import { howTheyKnow } from "../access/view.ts";
import { markdownCode, markdownCodes, markdownTable } from "../markdown.ts";
import type { Step } from "./plan.ts";
import { foundSecrets, type LeakView, subjectName } from "./subject.ts";
import { dayOf, placesOf, placeText } from "./text.ts";

/** The document of an incident, in Markdown: what, how it was found, when, who had access, what to do. */
export function incidentReport(
  view: LeakView,
  steps: readonly Step[],
  reads: readonly AccessEntry[],
): string {
  const found = foundSecrets(view);
  const sections = [
    `# Incident: ${countNoun(found.length, "secret")} found in plain text\n\n` +
      `Found on ${dayOf(view.now)} by \`pprotect leak\` in ${markdownCode(view.store)}: it searched ` +
      `${countNoun(view.report.objects, "object")} of the repository and ${countNoun(view.report.files, "file")}. ` +
      "This document has no value of a secret.\n",
    `## What leaked\n\n${found
      .map((subject) => {
        const places = placesOf(view, subject).map((place) => `* ${placeText(place, markdownCode)}\n`);
        return `### ${subjectName(subject, markdownCode)}\n\n${places.join("")}`;
      })
      .join("\n")}`,
    `## Timeline\n\n${timeline(view, reads)}`,
    `## Who could read it\n\n${access(view)}`,
    `## What to do\n\n${steps.map(stepText).join("\n")}`,
    "## Afterwards\n\n* How did the value get there, and what would have stopped it?\n* Was it used by anyone who should not have it? By which log?\n",
  ];
  return sections.join("\n");
}

function timeline(view: LeakView, reads: readonly AccessEntry[]): string {
  const events = [
    ...foundSecrets(view).flatMap((subject) => [
      ...(subject.since
        ? [[subject.since.time, `${subjectName(subject, markdownCode)} got this value`] as const]
        : []),
      ...placesOf(view, subject).flatMap((place) =>
        place.kind === "commit" ? [[place.time, placeText(place, markdownCode)] as const] : [],
      ),
    ]),
    ...reads.map((entry) => [Date.parse(entry.time), readText(entry)] as const),
    [view.now, "found by `pprotect leak`"] as const,
  ];
  const rows = events
    .toSorted(([a], [b]) => a - b)
    .map(([time, what]) => [`${dayOf(time)}`, what.replaceAll("|", "\\|")]);
  return markdownTable(["Day (UTC)", "What"], rows);
}

function readText({ action, custodian, client, program }: AccessEntry): string {
  const by = [custodian, client, program]
    .filter((each) => each !== undefined)
    .map(markdownCode)
    .join(", ");
  return `read on this machine by ${markdownCode(action)}${by === "" ? "" : ` (${by})`}`;
}

function access({ access: secrets }: LeakView): string {
  if (secrets.length === 0) return "The value is not one of the store: nothing is known.\n";
  return markdownTable(
    ["Secret", "Owners", "Also known to"],
    secrets.map(({ domain, secret, readers, knowers }) => [
      markdownCode(`${domain}/${secret}`),
      markdownCodes(readers),
      knowers
        .map((knower) => `${markdownCode(knower.custodian)} ${howTheyKnow(knower, markdownCode)}`)
        .join("; ") || "–",
    ]),
  );
}

function stepText({ title, text, commands }: Step): string {
  const block =
    commands.length === 0 ? "" : `\n\`\`\`sh\n${commands.map(escapeUnprintable).join("\n")}\n\`\`\`\n`;
  return `* [ ] **${title}.** ${text}\n${block}`;
}
