import { basename } from "node:path/posix";
import { bufferOf } from "../common/buffer-of.ts";
import { type Hit, RANK } from "./finding.ts";
import type { ScanInput } from "./scan-input.ts";

/** A pattern of the team, from `.pprotect.yaml`. */
export interface TeamRule {
  readonly id: string;
  /** What a finding says: one printable line, of a stranger. */
  readonly message: string;
  /** Its line in `.pprotect.yaml`, 1-based. */
  readonly line: number;
  /** All that it is made of: two rules with the same are equal. */
  readonly source: string;
  applies(path: string): boolean;
  /** Whether a line of a text may match. `false` is certain. */
  mayMatch(lines: string): boolean;
  /** Where it matches in a line, in order. */
  matches(line: string): readonly Match[];
}

interface Match {
  readonly start: number;
  readonly end: number;
}

/** Text is searched in blocks of about this size, so that lines without a match need not be looked at one by one. */
const BLOCK = 64 * 1024;

/** The patterns in it are no leaks. */
const RULES_FILE = ".pprotect.yaml";

/** For how long the rules of a change may search, in milliseconds. */
const LIMIT = 60_000;

/**
 * The team's rules. Those that are new in what is checked may come from a stranger, so the time for them is limited; the
 * others were there before.
 */
export class TeamRules {
  readonly rules: readonly TeamRule[];
  readonly ids: ReadonlySet<string>;
  readonly #isNew: (rule: TeamRule) => boolean;
  readonly #limit: number;
  readonly #spent = new Map<TeamRule, number>();

  /**
   * @param rules those of the versions that count; equal ones are taken once
   * @param known what the rules were before
   * @param limit for the rules that are new, in milliseconds
   */
  constructor(rules: readonly TeamRule[], known: readonly TeamRule[] = [], limit = LIMIT) {
    this.rules = [...new Map([...known, ...rules].map((rule) => [rule.source, rule])).values()];
    this.ids = new Set(this.rules.map(({ id }) => id));
    const before = new Set(known.map(({ source }) => source));
    this.#isNew = ({ source }) => !before.has(source);
    this.#limit = limit;
  }

  /** The rule that took most of the time, when the time was used up: what came then was not searched for new rules. */
  get slowest(): TeamRule | undefined {
    if (!this.#isOver) return undefined;
    return [...this.#spent].toSorted(([, a], [, b]) => b - a)[0]?.[0];
  }

  get #isOver(): boolean {
    return [...this.#spent.values()].reduce((sum, time) => sum + time, 0) >= this.#limit;
  }

  /** What the rules find in a file. */
  hits(input: ScanInput): Hit[] {
    if (basename(input.path) === RULES_FILE) return [];
    const rules = this.rules.filter((rule) => rule.applies(input.path));
    if (rules.length === 0) return [];
    const hits: Hit[] = [];
    for (const { text, from, to } of blocksOf(input)) {
      for (const rule of rules) {
        const isNew = this.#isNew(rule);
        if (isNew && this.#isOver) continue;
        const started = performance.now();
        if (rule.mayMatch(text)) {
          for (let at = from; at < to; at++) hits.push(...lineHits(rule, input, at));
        }
        if (isNew) this.#spent.set(rule, (this.#spent.get(rule) ?? 0) + performance.now() - started);
      }
    }
    return hits;
  }
}

interface Block {
  readonly text: string;
  /** The indexes of its lines. */
  readonly from: number;
  readonly to: number;
}

function* blocksOf({ text }: ScanInput): Generator<Block> {
  for (let from = 0, to = 0; from < text.count; from = to) {
    for (to = from + 1; to < text.count && text.end(to) - text.start(from) < BLOCK; ) to++;
    const bytes = text.bytes.subarray(text.start(from), text.end(to - 1));
    yield { text: bufferOf(bytes).toString("utf8"), from, to };
  }
}

function lineHits({ id, message, matches }: TeamRule, { text }: ScanInput, at: number): Hit[] {
  return joined(matches(text.line(at)).filter(({ start }) => start < text.ownLength(at))).map(
    ({ start, end }) => ({ at, start, end, rule: id, what: id, message, rank: RANK.team }),
  );
}

/** Matches that touch as one: of a pattern for one character, a word is one finding. */
function joined(matches: readonly Match[]): readonly Match[] {
  const result: Match[] = [];
  for (const match of matches) {
    const last = result.at(-1);
    if (last && match.start <= last.end) result[result.length - 1] = { start: last.start, end: match.end };
    else result.push(match);
  }
  return result;
}
