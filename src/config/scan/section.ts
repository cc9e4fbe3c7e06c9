import { escapeUnprintable } from "../../common/terminal-safe.ts";
import type { ValueWithLines } from "../../common/value-with-lines.ts";
import { MAX_PATTERN_LENGTH } from "../values/limits.ts";

/** A pattern of a team, which the guard searches for. */
export interface ScanRule {
  /** Kebab case; what findings, `pprotect:allow` and `.pprotectignore` name. */
  readonly id: string;
  /** A regular expression in the syntax of RE2, searched for in each line. */
  readonly pattern: string;
  /** Which files are searched; without one, all of them. */
  readonly path: string | undefined;
  /** What a finding says: one printable line. */
  readonly message: string;
  /** 1-based. */
  readonly line: number;
  /** An error with the place of the pattern. */
  readonly invalid: (message: string, fix?: string) => Error;
}

/** The section `scan`. */
export type ScanRules = readonly ScanRule[];

export const NO_SCAN_RULES: ScanRules = [];

export const MAX_RULES = 50;
const MAX_ID_LENGTH = 50;
const MAX_PATH_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 300;

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
/** Continuous integration takes such text for commands, see docs/config.md. */
const COMMAND = /::|##/;

/**
 * Reads the section `scan`: `rules: [{id, pattern, path, message}]`. Patterns are not compiled yet.
 * @throws PprotectError `invalid_config`
 */
export function readScanRules(section: ValueWithLines): ScanRules {
  const list = section.members('"scan"', ["rules"]).get("rules");
  const rules = (list?.list('"rules"') ?? []).map(readRule);
  if (rules.length > MAX_RULES)
    throw list?.invalid(`"rules" has more than ${MAX_RULES} rules`, "join patterns with |");
  const ids = new Set<string>();
  for (const { id, invalid } of rules) {
    if (ids.has(id)) throw invalid(`duplicate rule "${id}"`, "give each rule another id");
    ids.add(id);
  }
  return rules;
}

function readRule(value: ValueWithLines): ScanRule {
  const members = value.members("a rule", ["id", "pattern", "path", "message"]);
  const required = (name: "id" | "pattern" | "message"): ValueWithLines => {
    const member = members.get(name);
    if (member) return member;
    throw value.invalid(`a rule has no "${name}"`, "a rule has id, pattern and message, and may have path");
  };
  const pattern = required("pattern");
  return {
    id: readId(required("id")),
    pattern: bounded(pattern, '"pattern"', MAX_PATTERN_LENGTH),
    path: readPath(members.get("path")),
    message: readMessage(required("message")),
    line: value.line,
    invalid: (message, fix) => pattern.invalid(message, fix),
  };
}

function readId(value: ValueWithLines): string {
  const id = bounded(value, '"id"', MAX_ID_LENGTH);
  if (ID.test(id)) return id;
  throw value.invalid('"id" must be lower-case words, with hyphens between them', "such as internal-token");
}

function readPath(value: ValueWithLines | undefined): string | undefined {
  const path = value && bounded(value, '"path"', MAX_PATH_LENGTH);
  if (path === undefined || !/^\/|^\.\.?\/|[[\]{}!\\]/.test(path)) return path;
  throw value?.invalid(
    '"path" must be relative to the root of the repository, with only *, ** and ? as wildcards',
    "such as src/**/*.ts or *.tf",
  );
}

function readMessage(value: ValueWithLines): string {
  const message = bounded(value, '"message"', MAX_MESSAGE_LENGTH);
  if (escapeUnprintable(message) === message && !COMMAND.test(message)) return message;
  throw value.invalid('"message" must be one line of printable text, without "::" and "##"');
}

function bounded(value: ValueWithLines, what: string, longest: number): string {
  const text = value.text(what);
  if (text.trim() === "") throw value.invalid(`${what} is empty`);
  if (text.length > longest) throw value.invalid(`${what} is longer than ${longest} characters`);
  return text;
}
