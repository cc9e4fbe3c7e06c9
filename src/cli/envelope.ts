import type { PprotectError } from "../common/errors.ts";

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type Result = { readonly [key: string]: Json };

/** Something that can be done next. */
export interface NextAction {
  /** A command line to run; what is in capitals is for the caller to fill in. */
  readonly command: string;
  readonly description: string;
}

/** What a command did, for programs; its text for people is printed on the way. */
export interface Outcome {
  /** By docs/output.schema.json, under the command's name. */
  readonly result: Result;
  readonly nextActions?: readonly NextAction[];
  /** The command did its work, and its answer is no: it exits with 1. */
  readonly refusal?: PprotectError;
}

/** One line of JSON for what a command did. */
export function outcomeEnvelope(command: string, { result, nextActions = [], refusal }: Outcome): string {
  if (refusal) return JSON.stringify({ ok: false, command, result, ...failure(refusal) });
  return JSON.stringify({ ok: true, command, result, next_actions: nextActions });
}

/** One line of JSON for what kept a command from doing its work. */
export function errorEnvelope(command: string, error: PprotectError): string {
  return JSON.stringify({ ok: false, command, ...failure(error) });
}

function failure({ code, message, fix }: PprotectError): Record<string, Json> {
  return { error: { code, message }, fix: fix ?? null };
}
