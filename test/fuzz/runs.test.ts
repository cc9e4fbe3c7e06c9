import { expect, test } from "bun:test";
import { RUNS } from "./mutants.ts";
import { TARGETS } from "./targets.ts";

test("every target has its mutants, twenty thousand together", () => {
  expect(Object.keys(RUNS)).toEqual(Object.keys(TARGETS));
  expect(Object.values(RUNS).reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(20_000);
});
