import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { moduleGroups } from "../../src/build/module-groups.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const SOURCES: Readonly<Record<string, string>> = {
  "first.ts":
    'import { early } from "./early.ts";\nconsole.log(early("0"));\nawait import("./one.ts");\nawait import("./two.ts");\nawait import("./three.ts");',
  "early.ts": "export const early = (word: string) => word;",
  "one.ts": 'import { a } from "./a.ts";\nimport { early } from "./early.ts";\nconsole.log(a(), early("1"));',
  "two.ts": 'import { b } from "./b.ts";\nconsole.log(b());',
  "three.ts":
    'import { other } from "./other.ts";\nconsole.log(other);\nconsole.log((require("./c.ts") as typeof import("./c.ts")).c());',
  "a.ts": 'import { b } from "./b.ts";\nexport const a = () => b().toUpperCase();',
  "b.ts": 'export const b = () => "b";',
  "c.ts": 'import { b } from "./b.ts";\nexport const c = () => b().toLowerCase();',
  "other.ts": 'export const other = "other";',
};

/** The output that each module is in. */
async function chunksWith(groups: readonly (readonly string[])[]): Promise<Map<string, string>> {
  const folder = emptyFolder();
  const path = (name: string) => join(folder, "src", name);
  for (const [name, text] of Object.entries(SOURCES)) await Bun.write(path(name), text);
  const { metafile } = await Bun.build({
    entrypoints: [path("first.ts")],
    target: "bun",
    splitting: true,
    metafile: true,
    outdir: join(folder, "out"),
    plugins: [moduleGroups(groups.map((roots) => roots.map(path)))],
  });
  const chunks = new Map<string, string>();
  for (const [output, { inputs }] of Object.entries(metafile?.outputs ?? {})) {
    for (const input of Object.keys(inputs)) chunks.set(input.replace(/.*\//, ""), output);
  }
  return chunks;
}

test("a group is in one chunk, with what it imports, and not with what a group before it has", async () => {
  const apart = await chunksWith([]);
  expect(new Set(["a.ts", "b.ts", "c.ts"].map((name) => apart.get(name))).size).toBe(3);
  const together = await chunksWith([["early.ts"], ["a.ts", "c.ts"]]);
  expect(new Set(["a.ts", "b.ts", "c.ts"].map((name) => together.get(name))).size).toBe(1);
  for (const name of ["early.ts", "other.ts"])
    expect(together.get(name)).not.toBe(together.get("a.ts") as string);
});

test("a second group has what the first has not", async () => {
  const chunks = await chunksWith([["b.ts"], ["a.ts", "c.ts"]]);
  expect(chunks.get("a.ts")).toBe(chunks.get("c.ts") as string);
  expect(chunks.get("b.ts")).not.toBe(chunks.get("a.ts") as string);
});
