import { displayName } from "../../common/terminal-safe.ts";
import type { CheckedEntry, Lack } from "../../exec/manifest-check.ts";
import type { Result } from "./json-envelope.ts";
import { stepText } from "./step-text.ts";

/** What was checked of a manifest. */
export interface ManifestReport {
  readonly file: string;
  readonly checked: readonly CheckedEntry[];
  readonly lacks: readonly Lack[];
}

/** A line for each entry, and with `explain` one for each of its sources. Never a value. */
export function manifestLines({ checked }: ManifestReport, explain: boolean): readonly string[] {
  return checked.flatMap(({ entry, domain, resolution, problem }) => {
    const decisive = resolution.steps.find(({ outcome }) => outcome === "found" || outcome === "failed");
    const optional = resolution.kind === "missing" && !problem ? ", not required" : "";
    const words = decisive ? stepText(decisive) : `missing${where(domain, entry.from)}${optional}`;
    return [
      `${entry.variable}: ${words}`,
      ...(explain ? resolution.steps.map((step) => `  ${stepText(step)}`) : []),
    ];
  });
}

function where(domain: string | undefined, from: readonly string[]): string {
  return domain !== undefined && from.includes("store") ? ` in ${displayName(domain)}` : "";
}

/** What some domains have and others lack. */
export function lackLine({ name, has, lacks }: Lack): string {
  const list = (domains: readonly string[]) => domains.map(displayName).join(", ");
  return `note: ${displayName(name)}: ${list(has)} ${has.length === 1 ? "has" : "have"} it; ${list(lacks)} ${lacks.length === 1 ? "lacks" : "lack"} it`;
}

export function manifestResult({ file, checked, lacks }: ManifestReport): Result {
  return {
    file,
    entries: checked.map(({ entry, domain, resolution }) => ({
      name: entry.name,
      variable: entry.variable,
      line: entry.line,
      domain: domain ?? null,
      required: entry.required,
      outcome: resolution.kind,
      source: resolution.kind === "missing" ? null : resolution.source,
      steps: resolution.steps.map((step) => ({ ...step })),
    })),
    lacking: lacks.map(({ name, has, lacks: without }) => ({ name, has: [...has], lacks: [...without] })),
  };
}
