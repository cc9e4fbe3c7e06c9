import { decodeUtf8 } from "../../common/utf8.ts";
import type { Finding } from "../../scan/finding.ts";
import type { KnownVersion } from "../../store/format/known-version.ts";
import { parseStore } from "../../store/format/parse.ts";
import {
  InvalidStoreError,
  type Problem,
  type ProblemCode,
  UnresolvedMergeError,
} from "../../store/format/problem.ts";
import type { EntryPath } from "../../store/format/validation.ts";
import { writeStore } from "../../store/format/yaml-writer.ts";
import type { StoreData } from "../../store/store-data.ts";

/** One version of a store, as far as it can be read. */
export interface StoreReading {
  readonly findings: readonly Finding[];
  /** `undefined` when the text is not a valid store. */
  readonly store: StoreData | undefined;
  /** 1-based line of an entry, or of the nearest entry around it. */
  lineOf(path: EntryPath): number;
}

interface FormatRule {
  readonly rule: string;
  /** What to do about the problem. */
  readonly advice: string;
}

const NOT_SEALED: FormatRule = {
  rule: "not-sealed",
  advice: "remove it, add it with `pprotect set-secret`, and replace a value that was shared in the clear",
};

/** The rules for problems that have one of their own, by the problem's code. */
const RULES: Partial<Record<ProblemCode, FormatRule>> = {
  not_yaml: { rule: "not-yaml", advice: "restore the file from git, or fix the line" },
  duplicate_key: {
    rule: "duplicate-key",
    advice: "keep the right one; run `pprotect git resolve` if it comes from a merge",
  },
  secret_not_sealed: NOT_SEALED,
  owner_key_not_sealed: NOT_SEALED,
};

const INVALID_STORE: FormatRule = {
  rule: "invalid-store",
  advice: "`pprotect check` reports it too; restore the entry from git or fix it by hand",
};

/**
 * Checks one version of a store against the format: every problem of the parser, and comments, which are not sealed.
 * No finding contains a value.
 *
 * @param path the path that findings name
 * @param known the version that was read before, if there is one; replaced by this one
 */
export function readStore(path: string, bytes: Uint8Array, known?: KnownVersion): StoreReading {
  try {
    const store = parseStore(bytes, path, { known });
    // Its text can be written again, so neither that nor the bytes are kept.
    if (known?.isLast(store)) return canonicalReading(store);
    const text = decodeUtf8(bytes) ?? "";
    return { findings: commentFindings(path, text, store), store, lineOf: lineFinder(() => text) };
  } catch (error) {
    return { findings: findingsOf(path, error), store: undefined, lineOf: () => 1 };
  }
}

/** The reading of a store whose text is canonical, and so has no problem. */
export function canonicalReading(store: StoreData): StoreReading {
  return { findings: [], store, lineOf: lineFinder(() => writeStore(store)) };
}

function findingsOf(path: string, error: unknown): Finding[] {
  if (error instanceof UnresolvedMergeError) {
    return [
      {
        path,
        line: error.line,
        rule: "conflict-markers",
        code: "unresolved_merge",
        message: "unresolved merge: run `pprotect git resolve`",
      },
    ];
  }
  if (!(error instanceof InvalidStoreError)) throw error;
  return error.problems.map((problem) => problemFinding(path, problem));
}

function problemFinding(path: string, problem: Problem): Finding {
  const { code, line, message } = problem;
  const { rule, advice } = RULES[code] ?? INVALID_STORE;
  return {
    path,
    line: Math.max(1, line),
    rule,
    code,
    message: `${message}${message.endsWith("?") ? "" : ":"} ${advice}`,
  };
}

/** A comment can hold any text in the clear, and is lost when the next command writes the store. */
function commentFindings(path: string, text: string, store: StoreData): Finding[] {
  if (!text.includes("#") || writeStore(store) === text) return [];
  // Loaded here, because a canonical store does not need it.
  const { yamlTokens } =
    require("../../store/format/yaml-lexer.ts") as typeof import("../../store/format/yaml-lexer.ts");
  const findings: Finding[] = [];
  let line = 1;
  for (const { source, isPlainText } of yamlTokens(text)) {
    if (source.startsWith("#") && !isPlainText) {
      const message = "comments are neither sealed nor kept: remove it";
      findings.push({ path, line, rule: "store-comment", message });
    }
    line += source.split("\n").length - 1;
  }
  return findings;
}

function lineFinder(text: () => string): (path: EntryPath) => number {
  let find: ((path: EntryPath) => number | undefined) | undefined;
  return (path) => {
    if (!find) {
      // Loaded here, because lines are needed only when something is wrong.
      const { readStrict } =
        require("../../store/format/strict-reader.ts") as typeof import("../../store/format/strict-reader.ts");
      find = readStrict(text()).lineOf;
    }
    for (let length = path.length; length > 0; length--) {
      const line = find(path.slice(0, length));
      if (line !== undefined) return line;
    }
    return 1;
  };
}
