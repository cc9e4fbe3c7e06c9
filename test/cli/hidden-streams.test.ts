import { expect, test } from "bun:test";
import { hidingStreams } from "../../src/cli/hidden-streams.ts";
import { loadNamed } from "../../src/cli/registry.ts";

const real = require("node:process");

test("the process is itself for those who only import this", () => {
  expect(globalThis.process).toBe(real);
});

test("the streams are hidden while modules are loaded, and only then", async () => {
  const loading = hidingStreams(async () => Object.keys(process.stdout));
  expect(await loading).toEqual(["fd"]);
  expect(globalThis.process).toBe(real);
  await loadNamed("version");
  expect(globalThis.process).toBe(real);
});
