import { scanLines } from "../../src/scan/scanner.ts";
import { random, WORD } from "./samples/sample.ts";

/** Put together here, so that no line of this file holds a whole password. */
export const PASSWORD = ["Kestrel", "84", "tw"].join("!");
export const KEY = `k${random(WORD, 31)}7`;

/** A file: `…` in its lines is the password, `¤` a generated key. */
export type Place = readonly [place: string, path: string, ...lines: string[]];

/** The lines in which something is found: `line 2`. */
export function linesFound([, path, ...lines]: Place): string[] {
  const texts = lines.map((line) => line.replaceAll("…", PASSWORD).replaceAll("¤", KEY));
  return scanLines(
    path,
    texts.map((text, index) => ({ number: index + 1, text })),
  ).map(({ line }) => `line ${line}`);
}

/** The lines that hold the password or the key. */
export function linesMarked([, , ...lines]: Place): string[] {
  return lines.flatMap((line, index) => (/[…¤]/.test(line) ? [`line ${index + 1}`] : []));
}
