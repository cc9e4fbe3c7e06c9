/** A name and its value, as another format has them. Values are Unicode text: a store holds nothing else. */
export interface Entry {
  readonly name: string;
  readonly value: string;
}

/** An {@link Entry}, with the line of the file that it starts on. */
export interface ReadEntry extends Entry {
  /** From 1; `undefined` where a format has no lines, such as a binary file of SOPS. */
  readonly line: number | undefined;
}

/** What a reader noticed about a value that it could read. */
export const NOTE_KINDS = {
  /** The name is given more than once: the last value is taken. */
  duplicate: "is given more than once: the last value is taken",
  /** A `${NAME}`, `$NAME` or `$(command)`, which a program that reads the file may replace. */
  reference: "has a reference to another variable or a command: it is left as it is",
  empty: "is empty",
  /** Programs that read this format differ in what the value is. */
  ambiguous: "is read differently by different programs: check the value",
  /** SOPS takes quotes in its dotenv files for a part of the value. */
  quotes: "starts and ends with quotes, which SOPS takes for a part of the value",
  /** A part of the file that holds no secret, such as another kind of Kubernetes object. */
  skipped: "is not a Secret: it is left out",
} as const;

export type NoteKind = keyof typeof NOTE_KINDS;

/** A remark for the user: never an obstacle, and never a value. */
export interface Note {
  readonly kind: NoteKind;
  readonly name: string;
  readonly line: number | undefined;
}

/** What a file holds: each name once. */
export interface ReadResult {
  readonly entries: readonly ReadEntry[];
  readonly notes: readonly Note[];
}

/** More names than any application has: what is beyond that is not meant to be imported, or an attack. */
export const MAX_ENTRIES = 10_000;
