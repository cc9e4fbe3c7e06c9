import { expect, test } from "bun:test";
import { namesOf } from "../../../src/lease/access-log/recorder.ts";

test.each([
  ["in order", ["a", "b", "c"], ["a", "b", "c"]],
  ["in another order", ["c", "a", "b"], ["c", "a", "b"]],
  ["more than once", ["a", "a", "b", "a"], ["a", "b"]],
])("names %s are recorded once, for each domain", (_, names, expected) => {
  const secrets = names.flatMap((name) => [
    { domain: "dev", name },
    { domain: "prod", name },
  ]);
  expect(namesOf("/store", secrets)).toEqual([
    { store: "/store", domain: "dev", secrets: expected },
    { store: "/store", domain: "prod", secrets: expected },
  ]);
});
