import type { PprotectError } from "../common/errors.ts";

/** Where the value of a secret may come from, in the usual order. */
export const SOURCES = ["override", "env", "keyring", "store", "sops", "default"] as const;
export type Source = (typeof SOURCES)[number];

/** What looking into a source gave. `detail` says where it looked, for people: never a value. */
export type Looked<Value> =
  | { readonly kind: "found"; readonly value: Value; readonly detail: string }
  | { readonly kind: "missing"; readonly detail: string };

/**
 * Looks into a source. That a value is not there is not an error; what keeps it from knowing is, such as a wrong
 * passphrase, a locked keyring or a damaged file.
 */
export type Lookup<Value> = () => Looked<Value> | Promise<Looked<Value>>;

/** What became of a source. */
export interface Step {
  readonly source: Source;
  /** `not-tried`: an earlier source had the value, or failed. */
  readonly outcome: "found" | "missing" | "failed" | "not-tried";
  /** Where it looked, or why it failed. Empty when it was not tried. */
  readonly detail: string;
}

/** A value and its source, or none; with every source's outcome, in the order that was given. */
export type Resolution<Value> = { readonly steps: readonly Step[] } & (
  | { readonly kind: "found"; readonly source: Source; readonly value: Value }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly source: Source; readonly error: unknown }
);

/**
 * Looks into sources one after the other until one has the value. A source that fails ends the search: another value than
 * the one that is meant must not take its place.
 *
 * @param order the sources, each at most once
 * @param lookups a source without one is missing
 */
export async function resolveCascade<Value>(
  order: readonly Source[],
  lookups: Partial<Readonly<Record<Source, Lookup<Value>>>>,
): Promise<Resolution<Value>> {
  const steps: Step[] = [];
  for (const [index, source] of order.entries()) {
    const looked = await attempt(lookups[source]);
    if (looked.kind === "missing") {
      steps.push({ source, outcome: "missing", detail: looked.detail });
      continue;
    }
    const { kind: outcome, detail } = looked;
    const rest = order.slice(index + 1).map(notTried);
    const all: readonly Step[] = [...steps, { source, outcome, detail }, ...rest];
    if (looked.kind === "failed") return { kind: "failed", source, error: looked.error, steps: all };
    return { kind: "found", source, value: looked.value, steps: all };
  }
  return { kind: "missing", steps };
}

type Attempt<Value> =
  | Looked<Value>
  | { readonly kind: "failed"; readonly error: unknown; readonly detail: string };

async function attempt<Value>(lookup: Lookup<Value> | undefined): Promise<Attempt<Value>> {
  if (!lookup) return { kind: "missing", detail: "not given" };
  try {
    return await lookup();
  } catch (error) {
    return { kind: "failed", error, detail: error instanceof Error ? error.message : String(error) };
  }
}

function notTried(source: Source): Step {
  return { source, outcome: "not-tried", detail: "" };
}

/** Whether a word names a source. */
export function isSource(word: string): word is Source {
  return (SOURCES as readonly string[]).includes(word);
}

/** Why a list is not an order of sources, or `undefined`. @param shown how to print what is given */
export function orderProblem(
  words: readonly string[],
  shown: (word: string) => string,
): Pick<PprotectError, "message" | "fix"> | undefined {
  if (words.length === 0) return { message: "no source is given", fix: KNOWN };
  const unknown = words.find((word) => !isSource(word));
  if (unknown !== undefined) return { message: `there is no source "${shown(unknown)}"`, fix: KNOWN };
  const twice = words.find((word, index) => words.indexOf(word) !== index);
  return twice === undefined ? undefined : { message: `source "${twice}" is given twice`, fix: undefined };
}

const KNOWN = `the sources are ${SOURCES.join(", ")}`;
