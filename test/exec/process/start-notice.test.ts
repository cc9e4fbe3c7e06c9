import { afterEach, expect, test } from "bun:test";
import { START_VARIABLE, takeStartNotice } from "../../../src/exec/process/start-notice.ts";
import type { StartState } from "../../../src/exec/process/start-state.ts";

afterEach(() => {
  delete process.env[START_VARIABLE];
});

test.each(["", "x", "3", "3,4", "3,4,5"])(
  "no program inherits the variable of a supervising process: %p",
  (value) => {
    process.env[START_VARIABLE] = value;
    const { start } = takeStartNotice(started(`${START_VARIABLE}=${value}`, "PATH=/bin"));
    expect(start.variables.map((each) => Buffer.from(each).toString())).toEqual(["PATH=/bin"]);
    expect(process.env[START_VARIABLE]).toBeUndefined();
  },
);

test("descriptors that were not inherited are not taken", () => {
  process.env[START_VARIABLE] = "3,7";
  expect(takeStartNotice(started()).start.descriptors).toEqual([3, 4]);
});

function started(...variables: readonly string[]): StartState {
  return {
    variables: variables.map((each) => new TextEncoder().encode(each)),
    descriptors: [3, 4],
    ignoredSignals: new Set(),
    openFiles: undefined,
  };
}
