import { createHash } from "node:crypto";
import type { Hit } from "./finding.ts";

/** What can end a value: blanks, quotes, brackets, commas. A rule may have found only the beginning of a secret. */
const VALUE_END = /[\s"'`,;)}\]<>]/;

/**
 * A hash of a line with every secret in it cut out, so that it is the same after the line was moved, indented or given
 * another secret, and says nothing about the secret.
 *
 * @param hits what was found in the line; each is cut out up to where its value ends
 * @returns SHA-256, in hex
 */
export function lineFingerprint(line: string, hits: readonly Pick<Hit, "start" | "end">[]): string {
  let rest = "";
  let at = 0;
  for (const { start, end } of hits.toSorted((a, b) => a.start - b.start)) {
    if (start > at) rest += line.slice(at, start);
    if (end <= at) continue;
    rest += "\0";
    at = end;
    while (at < line.length && !VALUE_END.test(line.charAt(at))) at++;
  }
  rest += line.slice(at);
  return createHash("sha256").update(rest.trim().replace(/\s+/g, " ")).digest("hex");
}
