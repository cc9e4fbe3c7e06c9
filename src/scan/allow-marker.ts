/** The marker as a word of its own; rule ids may follow, parted by commas or blanks. */
const MARKER = /(?<![\w:/.@-])pprotect:allow(?![\w:/@-])((?:[ \t,]+[a-z0-9]+(?:-[a-z0-9]+)*(?![\w-]))*)/;

/**
 * What a line's `pprotect:allow` allows.
 *
 * Rule ids right behind the marker limit it to those rules; any other words are taken for a reason and the
 * marker counts for all rules.
 *
 * @param known all rule ids
 * @returns `undefined` without a marker
 */
export function allowedRules(
  line: string,
  known: ReadonlySet<string>,
): ReadonlySet<string> | "all" | undefined {
  if (!line.includes("pprotect:allow")) return undefined;
  const marker = MARKER.exec(line);
  if (!marker) return undefined;
  const named = new Set<string>();
  for (const word of (marker[1] ?? "").split(/[ \t,]+/)) {
    if (word === "") continue;
    if (!known.has(word)) break;
    named.add(word);
  }
  return named.size === 0 ? "all" : named;
}
