import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cleanUp, cleanUpAll } from "../../../src/exec/plaintext-files/cleanup.ts";
import { writePrivateFile } from "../../../src/exec/plaintext-files/write.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

const before = process.env.XDG_STATE_HOME;
let folder = "";

beforeEach(() => {
  folder = emptyFolder();
  process.env.XDG_STATE_HOME = join(folder, "state");
  mkdirSync(join(folder, "old/sub"), { recursive: true });
  writeFileSync(join(folder, "old/protected.yaml"), "");
});

afterEach(() => {
  if (before === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = before;
});

afterAll(removeFolders);

const silent = (): void => undefined;
const at = (path: string): string => join(folder, path);
const write = (path: string, store: string): Promise<void> =>
  writePrivateFile(at(path), "TOKEN=1\n", { store: at(store), force: false, onWait: silent });
const cleanUpOf = (store: string) => cleanUp(at(store), false, silent);

test("files of a store whose directory was moved are removed at their new place", async () => {
  await write("old/.env", "old/protected.yaml");
  await write("old/sub/.env", "old/protected.yaml");
  renameSync(at("old"), at("new"));
  expect(await cleanUpOf("new/protected.yaml")).toEqual({
    removed: [at("new/.env"), at("new/sub/.env")],
    kept: [],
    elsewhere: [],
  });
  expect([existsSync(at("new/.env")), existsSync(at("new/sub/.env"))]).toEqual([false, false]);
});

test("they are also removed when the files of all stores are", async () => {
  await write("old/.env", "old/protected.yaml");
  await write(".env", "old/protected.yaml");
  renameSync(at("old"), at("new"));
  const { removed } = await cleanUpAll(at("new/protected.yaml"), silent);
  expect(removed.toSorted()).toEqual([at(".env"), at("new/.env")].toSorted());
});

test("one that was written elsewhere is named, and removed by the path of its store", async () => {
  await write(".env", "old/protected.yaml");
  renameSync(at("old"), at("new"));
  const { removed, elsewhere } = await cleanUpOf("new/protected.yaml");
  expect([removed, elsewhere]).toMatchObject([[], [{ path: at(".env"), store: at("old/protected.yaml") }]]);
  expect(existsSync(at(".env"))).toBe(true);
  expect((await cleanUpOf("old/protected.yaml")).removed).toEqual([at(".env")]);
});

test("a file that was changed after the move, or is a link, is not taken for one of ours", async () => {
  await write("old/.env", "old/protected.yaml");
  await write("old/.link", "old/protected.yaml");
  renameSync(at("old"), at("new"));
  writeFileSync(at("new/.env"), "MINE=1\n");
  renameSync(at("new/.link"), at("kept"));
  symlinkSync(at("kept"), at("new/.link"));
  expect((await cleanUpOf("new/protected.yaml")).removed).toEqual([]);
  expect([existsSync(at("new/.env")), existsSync(at("kept"))]).toEqual([true, true]);
});

test("nothing is taken from a store that is still where it was", async () => {
  await write("old/.env", "old/protected.yaml");
  mkdirSync(at("new"));
  renameSync(at("old/.env"), at("new/.env"));
  expect((await cleanUpOf("new/protected.yaml")).removed).toEqual([]);
});

test("a file of a moved store is written again without force", async () => {
  await write("old/.env", "old/protected.yaml");
  renameSync(at("old"), at("new"));
  await write("new/.env", "new/protected.yaml");
  expect((await cleanUpOf("new/protected.yaml")).removed).toEqual([at("new/.env")]);
});
