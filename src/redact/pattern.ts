/** A text to search for: a stem, followed by any of the endings. */
export interface Pattern {
  readonly stem: string;
  readonly endings: readonly string[];
}

export const NO_ENDING: readonly string[] = [""];

/** A pattern without endings. */
export function pattern(stem: string): Pattern {
  return { stem, endings: NO_ENDING };
}
