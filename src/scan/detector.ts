import type { Hit } from "./finding.ts";
import type { ScanInput } from "./scan-input.ts";

/** The name of a rule, and what it finds, with its article: "a password". */
export interface RuleName {
  readonly id: string;
  readonly what: string;
  /**
   * The release that has it first. In that release and its patches, what it finds in existing commits and files is a warning, so
   * that an upgrade makes no check fail. test/scan/new-rules.test.ts keeps that true.
   */
  readonly since?: string;
}

/** Looks for secrets in the lines that contain one of its keywords. */
export interface Detector {
  /** The rules whose hits it returns. */
  readonly rules: readonly RuleName[];
  /** Lower case, of three characters and more; or `LONG_RUN` or `LONG_WORD`. */
  readonly keywords: readonly string[];
  /** Whether it looks only at those of the lines that have a long run too. */
  readonly inRun?: boolean;
  /** Bytes that each of the lines with a hit has. */
  readonly has?: Buffer | undefined;
  /** @param at index of a line that contains a keyword; hits may be in the lines around it */
  find(input: ScanInput, at: number): readonly Hit[];
}

/** Looks at a whole file whose path says what it is. */
export interface FileDetector {
  readonly rules: readonly RuleName[];
  applies(path: string): boolean;
  find(input: ScanInput): readonly Hit[];
}
