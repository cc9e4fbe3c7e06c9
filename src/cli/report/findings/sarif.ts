import { pathToFileURL } from "node:url";
import { hasRawBytes, pathBytes } from "../../../common/path-bytes.ts";
import { VERSION } from "../../../common/release.ts";
import type { SuppressedBy } from "../../../scan/finding.ts";
import type { Json } from "../json-envelope.ts";
import { describedFinding, type FoundProblems, findingFingerprint, type LocatedFinding } from "./located.ts";

/** The findings as SARIF 2.1.0 (OASIS, 2020), which code hosts and editors read. It has no part of a scanned line. */
export function sarifLog({ errors, warnings, suppressed }: FoundProblems): Json {
  const rules = [...new Set([...errors, ...warnings, ...suppressed].map(({ rule }) => rule))].toSorted();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "pprotect", version: VERSION, rules: rules.map((id) => ({ id })) } },
        columnKind: "utf16CodeUnits",
        results: [
          ...errors.map((finding) => sarifResult(finding, "error", rules)),
          ...warnings.map((finding) => sarifResult(finding, "warning", rules)),
          ...suppressed.map((finding) => sarifResult(finding, "error", rules)),
        ],
      },
    ],
  };
}

/** Those in the code and those in a file of their own (SARIF 2.1.0, section 3.35). */
const SUPPRESSIONS: Readonly<Record<SuppressedBy, Json>> = {
  marker: { kind: "inSource", justification: "pprotect:allow" },
  "ignore-file": { kind: "external", justification: ".pprotectignore" },
  baseline: { kind: "external", justification: "baseline" },
};

function sarifResult(finding: LocatedFinding, level: string, rules: readonly string[]): Json {
  const { path, line, rule, commit, suppressedBy } = finding;
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level,
    message: { text: describedFinding(finding) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: locationOf(path),
          ...(line > 0 && { region: { startLine: line } }),
        },
      },
    ],
    partialFingerprints: { "pprotectFinding/v1": findingFingerprint(finding) },
    ...(suppressedBy && { suppressions: [SUPPRESSIONS[suppressedBy]] }),
    ...(commit !== undefined && { properties: { commit } }),
  };
}

function locationOf(path: string): Json {
  if (path.startsWith("/")) return { uri: pathToFileURL(path).href };
  // A lone surrogate cannot be encoded.
  return { uri: path.toWellFormed().split("/").map(uriSegment).join("/"), uriBaseId: "%SRCROOT%" };
}

/** A name is bytes: those that are not UTF-8 are encoded as they are. */
function uriSegment(name: string): string {
  if (!hasRawBytes(name)) return encodeURIComponent(name);
  const encoded = (byte: number) =>
    /[\w.-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : hex(byte);
  return Array.from(pathBytes(name), encoded).join("");
}

function hex(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
