import { escapeUnprintable } from "../../common/terminal-safe.ts";
import type { KnownVersion } from "../format/known-version.ts";
import { parseStore } from "../format/parse.ts";
import { InvalidStoreError, UnresolvedMergeError } from "../format/problem.ts";
import type { StoreData } from "../store-data.ts";

/** A store, or one line that says why the bytes are not a valid store. */
export type Reading =
  | { readonly store: StoreData; readonly problem?: undefined }
  | { readonly problem: string; readonly store?: undefined };

/**
 * {@link parseStore} for old or broken files that are only shown: never throws.
 * @param known the version of the store that was read before, to read many of them faster
 */
export function readLeniently(bytes: Uint8Array, known?: KnownVersion): Reading {
  return readingOf(() => parseStore(bytes, "", { known }));
}

/** What a parser's answer or its error comes to. */
export function readingOf(parse: () => StoreData): Reading {
  try {
    return { store: parse() };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

function problemOf(error: unknown): string {
  if (error instanceof UnresolvedMergeError) return `line ${error.line}: unresolved merge`;
  if (error instanceof InvalidStoreError) {
    const [first, ...others] = error.problems;
    const place = first === undefined || first.line === 0 ? "" : `line ${first.line}: `;
    const more = others.length > 0 ? ` (and ${others.length} more)` : "";
    return escapeUnprintable(`${place}${first?.message ?? "not a store"}${more}`);
  }
  // For example YAML nested so deeply that the parser's stack overflows.
  return "cannot be parsed";
}
