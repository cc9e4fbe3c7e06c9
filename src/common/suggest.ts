import { lazy } from "./lazy.ts";

/** Loaded only for an error: it allocates 256 KiB as soon as it is loaded. */
const levenshtein = lazy(() => require("fastest-levenshtein") as typeof import("fastest-levenshtein"));

/** Names longer than this are not compared: the cost is the product of their lengths. */
const MAX_LENGTH = 100;

/**
 * The candidate that a misspelt name most likely means, or nothing when none is near.
 *
 * Of e-mail addresses the part before the `@` decides, and within narrower limits: people at one domain are not
 * misspellings of each other. A name without an `@` is compared with that part of an address alone.
 */
export function suggest(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const [near] = candidates
    .filter((candidate) => candidate.length <= MAX_LENGTH)
    .flatMap((candidate) => {
      const count = editsBetween(name.toLowerCase(), candidate.toLowerCase());
      return count === undefined ? [] : [{ candidate, count }];
    })
    .toSorted((a, b) => a.count - b.count);
  return near?.candidate;
}

/** How many edits make one name of the other, or nothing when they are too many for a misspelling. */
function editsBetween(name: string, candidate: string): number | undefined {
  if (!candidate.includes("@")) return within(edits(name, candidate), Math.ceil(name.length / 3));
  const [local, host] = splitAddress(name);
  const [candidateLocal, candidateHost] = splitAddress(candidate);
  const localEdits = within(edits(local, candidateLocal), Math.floor(local.length / 4));
  if (localEdits === undefined || host === undefined) return localEdits;
  const hostEdits = within(edits(host, candidateHost ?? ""), Math.ceil(host.length / 3));
  return hostEdits === undefined ? undefined : localEdits + hostEdits;
}

function within(count: number, limit: number): number | undefined {
  return count <= limit ? count : undefined;
}

function splitAddress(address: string): [local: string, host: string | undefined] {
  const at = address.lastIndexOf("@");
  return at === -1 ? [address, undefined] : [address.slice(0, at), address.slice(at + 1)];
}

/** Levenshtein distance, but two letters in the wrong order are one edit: it is a common one. */
function edits(name: string, candidate: string): number {
  return isTransposed(name, candidate) ? 1 : levenshtein().distance(name, candidate);
}

function isTransposed(name: string, candidate: string): boolean {
  if (name.length !== candidate.length) return false;
  const at = name.split("").findIndex((char, index) => char !== candidate[index]);
  return at !== -1 && name.slice(0, at) + (name[at + 1] ?? "") + name[at] + name.slice(at + 2) === candidate;
}
