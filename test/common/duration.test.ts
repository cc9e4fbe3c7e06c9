import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../src/common/duration.ts";

test.each([
  ["90s", 90_000],
  ["30m", 1_800_000],
  ["1h", 3_600_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  ["2d", 172_800_000],
  ["0.5s", 500],
])("%s is %d ms", (text, ms) => {
  expect(parseDuration("--ttl", text)).toBe(ms);
});

test.each(["", "1", "h", "-1h", "1 h", "1w", "1h 30m", "Infinityh", "1e3s"])(
  "%j is not a length of time",
  (text) => {
    expect(() => parseDuration("--ttl", text)).toThrow(`--ttl "${text}" is not a length of time`);
  },
);

test.each(["0s", "0d", "0.0001s"])("%s is too short", (text) => {
  expect(() => parseDuration("--ttl", text)).toThrow(`--ttl "${text}" is too short`);
});

test.each([`${"9".repeat(30)}d`, "36526d", "9999999999h"])("%s is too long", (text) => {
  expect(() => parseDuration("--ttl", text)).toThrow("is longer than 100 years");
});

test("what is written is read back, to the second", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 ** 8 }), (seconds) => {
      expect(parseDuration("--ttl", formatDuration(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
  expect([formatDuration(0), formatDuration(5_400_000), formatDuration(1_499)]).toEqual([
    "0s",
    "1h30m",
    "1s",
  ]);
});
