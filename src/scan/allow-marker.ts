/** The marker as a separate word. Rule ids may follow, separated by commas or spaces. */
const MARKER = /(?<![\w:/.@-])pprotect:allow(?![\w:/@-])((?:[ \t,]+[a-z0-9]+(?:-[a-z0-9]+)*(?![\w-]))*)/;

/**
 * The rules that a line's `pprotect:allow` switches off.
 *
 * Rule ids right after the marker limit it to those rules. Any other words are a comment, and the marker counts for all
 * rules.
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
