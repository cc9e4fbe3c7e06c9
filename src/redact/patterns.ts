import type { PatternSource } from "./automaton.ts";
import type { TextPatterns } from "./automaton-builder.ts";
import { baseEncodings } from "./base-encodings.ts";
import { MIN_SECRET } from "./common-values.ts";
import { escapedForms, escapedWhole, LEAST_WHOLE, utf16Forms } from "./escaped-forms.ts";
import { pattern } from "./pattern.ts";
import { partsOf } from "./secret-parts.ts";
import { firstWindow, MIN_LENGTH } from "./window-table.ts";

/** Each line of a multi-line secret with at least this many characters is a pattern too. */
const MIN_LINE = 8;

/** The first and last line of a PEM file are not secret. */
const ARMOR = /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/;

/** Whether a secret is long enough to be redacted, not counting white space around it. */
export function isLongEnough(value: string): boolean {
  return [...value.trim()].length >= MIN_SECRET;
}

/** All patterns of a secret that {@link isLongEnough}, and of its parts. They are as sensitive as the secret. */
export function patternsOf(value: string): TextPatterns[] {
  const core = value.trim();
  return [core, ...partsOf(core)].flatMap(patternsOfText);
}

/** The patterns of a text that {@link isLongEnough}, without those of its parts. */
export function patternsOfText(text: string): TextPatterns[] {
  const characters = text.length;
  return [
    { kind: "text", source: escaped(text), characters },
    ...longLines(text).map(
      (line) => ({ kind: "text", source: plainLine(line), characters: line.length }) as const,
    ),
    { kind: "digits", source: baseEncodings(text), characters },
  ];
}

/** The text as it is, and escaped. */
function escaped(text: string): PatternSource {
  return {
    beginnings(report) {
      // Each character is escaped by itself, in at least as many bytes as it has UTF-16 units.
      const first = [...text.slice(0, 2 * MIN_LENGTH)].slice(0, MIN_LENGTH).join("");
      for (const form of escapedForms(first)) report(firstWindow(form), text.length);
      for (const [index, form] of escapedWhole(first).entries()) {
        report(firstWindow(form), text.length * (LEAST_WHOLE[index] as number));
      }
      for (const form of utf16Forms(text)) report(firstWindow(form), form.length);
    },
    patterns: () => [...escapedForms(text), ...escapedWhole(text), ...utf16Forms(text)].map(pattern),
  };
}

/** A line by itself, and in JSON. */
function plainLine(line: string): PatternSource {
  const forms = new Set([line, JSON.stringify(line).slice(1, -1)]);
  return {
    beginnings(report) {
      for (const form of forms) report(firstWindow(form), line.length);
    },
    patterns: () => Array.from(forms, pattern),
  };
}

/** Lines that are patterns of their own, in case the text is printed indented or in part. */
function longLines(text: string): string[] {
  if (!text.includes("\n")) return [];
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => [...line].length >= MIN_LINE && !ARMOR.test(line));
}
