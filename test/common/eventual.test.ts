import { expect, test } from "bun:test";
import { eventually, whenThere } from "../../src/common/eventual.ts";

test("goes on at once with a value, and later with a promise", async () => {
  const plusOne = (value: number) => value + 1;
  expect(whenThere(1, plusOne)).toBe(2);
  const later = whenThere(Promise.resolve(1), plusOne);
  expect(later).toBeInstanceOf(Promise);
  expect(await later).toBe(2);
  expect(whenThere(undefined, () => 3)).toBe(3);
});

test("an error is thrown at once, or rejects the promise", async () => {
  const fail = () => {
    throw new Error("failed");
  };
  expect(() => whenThere(1, fail)).toThrow("failed");
  await expect(Promise.resolve(whenThere(Promise.resolve(1), fail))).rejects.toThrow("failed");
  await expect(
    Promise.resolve(whenThere(Promise.reject<number>(new Error("before")), () => 1)),
  ).rejects.toThrow("before");
});

test("what is made once is a promise at first, and then the value, also if it is undefined", async () => {
  let times = 0;
  const made = eventually(async () => {
    times++;
    return undefined;
  });
  const first = made();
  expect(first).toBeInstanceOf(Promise);
  expect(made()).toBe(first);
  await first;
  expect(made()).toBeUndefined();
  expect(times).toBe(1);
});

test("what cannot be made is not made again", async () => {
  let times = 0;
  const made = eventually(async () => {
    times++;
    throw new Error("failed");
  });
  await expect(Promise.resolve(made())).rejects.toThrow("failed");
  await expect(Promise.resolve(made())).rejects.toThrow("failed");
  expect(times).toBe(1);
});
