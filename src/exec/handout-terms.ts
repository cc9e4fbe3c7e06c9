import { parseDuration } from "../common/duration.ts";
import { PprotectError } from "../common/errors.ts";
import type { ValueWithLines } from "../common/value-with-lines.ts";

/** To whom values are given, and how long files and printed values are meant to last. */
export interface HandoutTerms {
  readonly client?: string | undefined;
  /** Milliseconds. */
  readonly ttl?: number | undefined;
}

/** At the top level of a manifest, and in an entry instead of that. */
export const HANDOUT_KEYS = ["client_id", "ttl"] as const;

/** @throws PprotectError the text's error code */
export function handoutTerms<Key extends string>(
  members: ReadonlyMap<Key | (typeof HANDOUT_KEYS)[number], ValueWithLines>,
): HandoutTerms {
  const ttl = members.get("ttl");
  const text = ttl?.text('"ttl"');
  try {
    const ms = text === undefined ? undefined : parseDuration('"ttl"', text);
    return { client: members.get("client_id")?.text('"client_id"'), ttl: ms };
  } catch (error) {
    throw ttl && error instanceof PprotectError ? ttl.invalid(error.message, error.fix) : error;
  }
}
