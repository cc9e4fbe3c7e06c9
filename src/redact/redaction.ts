import { escapeUnprintable } from "../common/terminal-safe.ts";
import { AutomatonBuilder } from "./automaton-builder.ts";
import { isCommonValue } from "./common-values.ts";
import { isLongEnough, patternsOf } from "./patterns.ts";
import { Redactor } from "./redactor.ts";

/** Creates redactors for any number of streams. */
export interface Redaction {
  /** A redactor for one stream. */
  redactor(): Redactor;
  /** Names of secrets that are too short, and so are not redacted. */
  readonly tooShort: readonly string[];
  /** Names of secrets that are redacted although other output has the same text. */
  readonly common: readonly string[];
}

/**
 * Prepares to replace secrets, in each form of {@link patternsOf}, by `[REDACTED:name]`.
 *
 * @param secrets names and plaintext values; a name may occur more than once
 * @param passphrase replaced by `[REDACTED:passphrase]`, unless it is too short
 * @throws PprotectError `environment` when they are too many or too long
 */
export function redactionOf(
  secrets: Iterable<readonly [name: string, value: string]>,
  passphrase = "",
): Redaction {
  const builder = new AutomatonBuilder();
  const markers: Uint8Array[] = [];
  const tooShort: string[] = [];
  const common: string[] = [];
  for (const [name, value] of secrets) {
    if (!isLongEnough(value)) {
      if (value !== "") tooShort.push(name);
      continue;
    }
    if (isCommonValue(value)) common.push(name);
    builder.add(patternsOf(value), markers.length);
    markers.push(Buffer.from(`[REDACTED:${escapeUnprintable(name)}]`));
  }
  if (isLongEnough(passphrase)) {
    builder.add(patternsOf(passphrase), markers.length);
    markers.push(Buffer.from("[REDACTED:passphrase]"));
  }
  const automata = builder.build();
  return { redactor: () => new Redactor(automata, markers), tooShort, common };
}
