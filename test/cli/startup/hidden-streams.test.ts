import { expect, test } from "bun:test";
import { findCommand } from "../../../src/cli/argv/registry.ts";
import { hidingStreams } from "../../../src/cli/startup/hidden-streams.ts";

const real = require("node:process");

test("the process is itself for those who only import this", () => {
  expect(globalThis.process).toBe(real);
});

test("the streams are hidden while modules are loaded, and only then", async () => {
  const loading = hidingStreams(async () => Object.keys(process.stdout));
  expect(await loading).toEqual(["fd"]);
  expect(globalThis.process).toBe(real);
  await findCommand(["version"]);
  expect(globalThis.process).toBe(real);
});
