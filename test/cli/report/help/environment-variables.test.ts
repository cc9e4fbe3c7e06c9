import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ENVIRONMENT_VARIABLES } from "../../../../src/cli/report/help/environment-variables.ts";
import { DEFAULT_PREFIX, environmentNames } from "../../../../src/credentials/environment-names.ts";

const SOURCE = resolve(import.meta.dir, "../../../../src");
const names = ENVIRONMENT_VARIABLES.map(([name]) => name);

test("lists every variable that the source names", () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith("build/"))
    .map((file) => readFileSync(join(SOURCE, file), "utf8"));
  const inSource = files.flatMap((text) =>
    [...text.matchAll(/"(PPROTECT_[A-Z_]*[A-Z])"/g)].map(([, name]) => name),
  );
  const all = [...Object.values(environmentNames(DEFAULT_PREFIX)), ...inSource] as string[];
  expect(names.filter((name) => name.startsWith("PPROTECT_")).toSorted()).toEqual(
    [...new Set(all)].toSorted(),
  );
});

test("explains each with a phrase", () => {
  for (const [name, description] of ENVIRONMENT_VARIABLES) {
    expect(name).toMatch(/^[A-Z_]+$/);
    expect(description).toMatch(/^[a-z].*[^.]$/);
  }
});
