import { expect, test } from "bun:test";
import * as t from "../../src/common/shape.ts";

const isPerson = t.isObject({
  name: t.isString(),
  age: t.isOptional(t.isNumber()),
  tags: t.isArray(t.isOneOf([t.isLiteral("new"), t.isBoolean()])),
  keys: t.isOptional(t.isRecord(t.isPair(t.isString(), t.isNumber()))),
});

test.each<[value: unknown]>([
  [{ name: "a", tags: [] }],
  [{ name: "a", age: 1, tags: ["new", true] }],
  [{ name: "a", tags: [], keys: { any: ["x", 1], __proto__x: ["y", 2] } }],
])("%j has the shape", (value) => {
  expect(isPerson(value)).toBe(true);
});

test.each<[value: unknown]>([
  [null],
  ["a"],
  [[]],
  [{ tags: [] }],
  [{ name: 1, tags: [] }],
  [{ name: "a", tags: {} }],
  [{ name: "a", tags: ["old"] }],
  [{ name: "a", tags: [], age: null }],
  [{ name: "a", tags: [], more: 1 }],
  [JSON.parse('{"name":"a","tags":[],"__proto__":{"age":1}}')],
  [{ name: "a", tags: [], keys: { any: ["x"] } }],
  [{ name: "a", tags: [], keys: ["x", 1] }],
])("%j does not have the shape", (value) => {
  expect(isPerson(value)).toBe(false);
});

test("fields that are inherited are none, and others may be allowed", () => {
  const isNamed = t.isObject({ name: t.isString() }, { others: true });
  expect(isNamed(Object.create({ name: "a" }))).toBe(false);
  expect(isNamed({ name: "a", more: 1 })).toBe(true);
});
