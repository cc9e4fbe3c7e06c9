import { closest, distance } from "fastest-levenshtein";

/** Names longer than this are not compared: the cost is their product. */
const MAX_LENGTH = 100;

/** The candidate that a misspelt name most likely means, or nothing when none is near. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const comparable = candidates.filter((candidate) => candidate.length <= MAX_LENGTH);
  if (comparable.length === 0 || name.length > MAX_LENGTH) return undefined;
  const best = closest(
    name.toLowerCase(),
    comparable.map((candidate) => candidate.toLowerCase()),
  );
  const candidate = comparable.find((each) => each.toLowerCase() === best);
  return distance(name.toLowerCase(), best) <= Math.ceil(name.length / 3) ? candidate : undefined;
}
