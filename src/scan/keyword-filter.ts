/** Finds the lines that contain one of a set of words, with one pass of a regular expression over the whole text. */
export interface KeywordFilter {
  /** @param lowered lower-case lines joined by line feeds */
  lines(lowered: LoweredText): ReadonlySet<number>;
}

/** The added lines of a file in lower case, as one text, with the start of each line in it. */
export interface LoweredText {
  readonly text: string;
  readonly starts: readonly number[];
  readonly lines: readonly string[];
}

/** Lower-cases each line separately, because in some scripts the length changes; positions are used within lines only. */
export function lowerLines(texts: readonly string[]): LoweredText {
  const lines = texts.map((text) => text.toLowerCase());
  const starts: number[] = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
  }
  return { text: lines.join("\n"), starts, lines };
}

/** @param keywords lower case */
export function keywordFilter(keywords: Iterable<string>): KeywordFilter {
  const pattern = new RegExp([...new Set(keywords)].map((word) => RegExp.escape(word)).join("|"), "g");
  return patternFilter(pattern);
}

/** A filter for lines that match a pattern. @param pattern has the flag `g` and matches within a line */
export function patternFilter(pattern: RegExp): KeywordFilter {
  return {
    lines: ({ text, starts }) => {
      const found = new Set<number>();
      let line = 0;
      pattern.lastIndex = 0;
      for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
        while ((starts[line + 1] ?? Number.POSITIVE_INFINITY) <= match.index) line++;
        found.add(line);
        // One match per line is enough.
        const next = starts[line + 1];
        if (next === undefined) break;
        pattern.lastIndex = next;
      }
      return found;
    },
  };
}
