import { quotedPath } from "../../common/quoted-path.ts";
import { countNoun } from "../../common/text.ts";
import type { Allowance } from "../../git/guard/allowance.ts";
import { forOutput, PrintedWarnings, SaidOnce } from "../../git/guard/report.ts";
import type { LocatedFinding } from "./findings/located.ts";
import { wrap } from "./help/layout.ts";

/** What was found in a push. */
export interface PushFindings {
  readonly errors: readonly LocatedFinding[];
  readonly warnings: readonly LocatedFinding[];
  /** How many commits were checked. */
  readonly commits: number;
  /** Whether there may be more findings: the check stops when it has many. */
  readonly more: boolean;
}

/** How many findings are printed. */
const PRINTED = 20;

/** Git puts `remote: ` before each line, and terminals have 80 columns. */
const WIDTH = 70;

/**
 * The lines for the person who pushes, safe to print: none of them starts with text of a stranger's, which programs that
 * read the output, such as workflow runners, could take for a command of theirs.
 */
export function pushReport(
  { errors, warnings, commits, more }: PushFindings,
  { markers }: Allowance,
): string[] {
  const printed = new PrintedWarnings();
  const once = new SaidOnce();
  const shown = printed.of(warnings).flatMap((finding) => findingLines(once.of(finding), "warning: "));
  const rest = printed.rest === undefined ? [] : [printed.rest];
  if (errors.length === 0) return [...shown, ...rest];
  const count = `${more ? "at least " : ""}${countNoun(errors.length, "finding")}`;
  const where = commits === 0 ? "" : ` in ${countNoun(commits, "new commit")}`;
  const left = errors.length - PRINTED;
  return [
    ...shown,
    ...rest,
    `pprotect: push refused: ${count}${where}`,
    "",
    ...errors.slice(0, PRINTED).flatMap((finding) => findingLines(once.of(finding))),
    ...(left > 0 ? [`  … and ${left} more`] : []),
    "",
    ...wrapped(WHAT_TO_DO, WIDTH),
    ...(errors.every(({ inStore }) => inStore) ? [] : wrapped(markers ? FALSE_POSITIVE : NO_MARKERS, WIDTH)),
  ];
}

const WHAT_TO_DO =
  "Nothing was accepted. Change the commits that are named above: `git commit --amend` changes the last one, " +
  "`git rebase -i COMMIT^` an earlier one. A commit on top of them is not enough. Then push again.";

const FALSE_POSITIVE =
  "Not a secret? Add `pprotect:allow` to the line. A .pprotectignore counts once it is in the default branch.";

const NO_MARKERS =
  "Not a secret? `pprotect:allow` does not count on this server, and a .pprotectignore counts once it is in the default " +
  "branch: ask the server's administrator.";

function findingLines({ commit, path, line, rule, message }: LocatedFinding, kind = ""): string[] {
  const where = commit === undefined ? "" : `${commit} `;
  return [
    forOutput(`  at ${where}${quotedPath(path)}:${line}`),
    ...wrapped(forOutput(`${kind}${rule}: ${message}`), WIDTH - 4).map((each) => `    ${each}`),
  ];
}

/** Wrapped so that no line begins with `::`, which starts a command to a workflow runner. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const line of wrap(text, width)) {
    const last = lines.length - 1;
    if (last >= 0 && line.startsWith("::")) lines[last] += ` ${line}`;
    else lines.push(line);
  }
  return lines;
}
