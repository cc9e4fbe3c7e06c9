import fc from "fast-check";

export function ensure(holds: boolean, law: string): void {
  if (!holds) throw new Error(`does not hold: ${law}`);
}

/** One value of an arbitrary, decided by the seed alone. */
export function draw<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  const [value] = fc.sample(fc.noBias(arbitrary), { seed, numRuns: 1 });
  return value as T;
}
