import { withoutFtl } from "../../common/without-ftl.ts";
import type { Detector } from "../detector.ts";
import { type Hit, RANK } from "../finding.ts";
import { exampleOf, type ScanInput } from "../scan-input.ts";
import { type FoundName, NAME_KEYWORDS, secretNameKind, secretNamesIn } from "../secret-name.ts";
import {
  accountAssignments,
  distantAssignments,
  nextLineAssignments,
  promptedAssignments,
  returnedAssignments,
} from "./apart.ts";
import { columnAssignments } from "./columns.ts";
import { expansionDefaults } from "./expansion.ts";
import { assignmentsInTurn, inlineAssignments } from "./inline.ts";
import { judge, PASSWORD_RULE, SECRET_RULE } from "./judge.ts";
import type { PlacedAssignment } from "./placed-value.ts";

/** Finds secrets by the name that they are assigned to. */
export const assignmentDetector: Detector = {
  rules: [PASSWORD_RULE, SECRET_RULE],
  keywords: NAME_KEYWORDS,
  find(input, at) {
    if (input.kind.tokensOnly || (input.text.isPiece(at) && !input.kind.isData)) return [];
    const line = input.text.line(at);
    const names = secretNamesIn(line, input.namePlaces.inLine(at));
    if (names.length === 0 || HIDDEN_TOKEN.test(line)) return [];
    const hits: Hit[] = [];
    for (const assignment of inLine(line, names, input)) {
      if (!isSearchKey(input, at, assignment)) hits.push(...hitsOf(input, at, owned(input, at, assignment)));
    }
    for (const text of unescaped(line)) {
      for (const assignment of inlineAssignments(text, secretNamesIn(text), { bareValues: false })) {
        const start = line.indexOf(assignment.value);
        if (start === -1) continue;
        hits.push(...hitsOf(input, at, { ...assignment, start, end: start + assignment.value.length }));
      }
    }
    for (const inOtherLines of IN_OTHER_LINES) {
      for (const assignment of inOtherLines(input, at))
        hits.push(...hitsOf(input, assignment.at, assignment));
    }
    return hits;
  },
};

/** What finds values that are not beside their names. */
const IN_OTHER_LINES = [
  distantAssignments,
  nextLineAssignments,
  columnAssignments,
  accountAssignments,
  returnedAssignments,
  promptedAssignments,
] as const;

function inLine(line: string, names: readonly FoundName[], { kind }: ScanInput): PlacedAssignment[] {
  const found = inlineAssignments(line, names, kind);
  found.push(...expansionDefaults(line), ...assignmentsInTurn(line));
  if (!kind.bareValues) found.push(...inComment(line, names));
  return found;
}

/** A form in a stored page, with the token that distinguishes its requests from forged ones. */
const HIDDEN_TOKEN =
  /<input\b(?=[^<>]{0,300}\btype=\\?["']?hidden\b)(?=[^<>]{0,300}\bname=\\?["']?[\w.-]{0,40}token\b)/i;

function hitsOf(input: ScanInput, at: number, assignment: PlacedAssignment): Hit[] {
  const rule = judge({ ...assignment, value: withoutScheme(assignment.value) }, exampleOf(input, at));
  if (!rule) return [];
  const { start, end } = assignment;
  return [{ at, start, end, rule: rule.id, what: rule.what, rank: RANK.assignment }];
}

/** A line that opens what the next lines belong to: `encryption:`, `'crypt' => [`, `"jwt": {`. */
const OPENS =
  /^\s{0,60}["']?(?<owner>[A-Za-z_][\w-]{1,40})["']?\s{0,4}(?:[:=]\s{0,4}\{|:|=>\s{0,4}\[)\s{0,4}$/;
/** How far above its parts it may be. */
const OWNER_REACH = 3;

/** A setting that is called only `key` has the name of what it belongs to before its own. */
function owned({ text }: ScanInput, at: number, assignment: PlacedAssignment): PlacedAssignment {
  if (!/^key$/i.test(assignment.name)) return assignment;
  for (let line = at - 1; line >= at - OWNER_REACH && text.followsPrevious(line + 1); line--) {
    const owner = OPENS.exec(text.line(line).slice(0, 200))?.groups?.owner;
    if (owner === undefined) continue;
    const kind = secretNameKind(owner);
    // Of a password, it is the key under which a store has it.
    return { ...assignment, name: kind === undefined || kind === "password" ? `${owner}_key` : owner };
  }
  return assignment;
}

/** What the settings of a search by Algolia have beside a key that every visitor may know. */
const OF_SEARCH = /\bindex_?names?\b|\bsearch_?parameters\b|\bdoc_?search\b|search[- ]only/i;
const SEARCH_REACH = 3;

function isSearchKey({ text }: ScanInput, at: number, { name, value }: PlacedAssignment): boolean {
  if (!/api_?key$/i.test(name) || !/^[0-9a-f]{32}$/.test(value)) return false;
  for (let line = at - SEARCH_REACH; line <= at + SEARCH_REACH; line++) {
    if (OF_SEARCH.test(text.line(line).slice(0, 500))) return true;
  }
  return false;
}

/** The words before a credential in a header, which other rules know too. */
const SCHEME = /^(?:Bearer|Token|token|ApiKey|Api-Key|SSWS|Splunk|Key|apikey|PRIVATE-TOKEN) +(?=\S+$)/;

function withoutScheme(value: string): string {
  return value.replace(SCHEME, "");
}

/** Where a comment begins. */
const COMMENT = /(?:^\s{0,80}(?:\/\/|#|\/\*|\*|--|<!--|;|%|'|REM\b|\{\/\*)|\s(?:\/\/|#|\/\*|<!--|--))\s/i;

/** What a comment in code says without quotes: `// password: …`. */
function inComment(line: string, names: readonly FoundName[]): PlacedAssignment[] {
  const comment = COMMENT.exec(line);
  if (!comment) return [];
  const from = comment.index + comment[0].length;
  const inside = names.filter(({ start }) => start >= from);
  return inlineAssignments(line, inside, { bareValues: true }).filter(({ quoted }) => !quoted);
}

const ESCAPED = /\\+"|\\+'|&quot;|&#34;|&#39;/;

/** The line as it is inside the string that it is part of: JSON in JSON, code in a notebook, text in an attribute. */
function unescaped(line: string): string[] {
  if (!ESCAPED.test(line)) return [];
  const once = line.replace(/\\+"|&quot;|&#34;/g, '"').replace(/\\+'|&#39;/g, "'");
  return [once.replace(/\\+[nrt]/g, " ")];
}

withoutFtl(assignmentDetector.find, inLine);
