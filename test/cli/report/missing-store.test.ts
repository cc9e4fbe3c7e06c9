import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hintForMissingStore, refuseUncheckedOut } from "../../../src/cli/report/missing-store.ts";
import { mergeRepository, type TestRepository } from "../../support/git-repository.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

let repository: TestRepository;
let top = "";

beforeAll(async () => {
  repository = await mergeRepository();
  top = realpathSync(repository.folder);
  repository.write("my app/protected.yaml", "");
  repository.write("src/main.c", "");
  await repository.commitStore("", "add");
});

afterAll(removeFolders);

const hint = (path: string, from = top, searched = true) =>
  hintForMissingStore(join(top, path), searched, from);

test("a store that was deleted is restored, also one that is above", async () => {
  rmSync(join(top, "protected.yaml"));
  expect(await hint("protected.yaml")).toBe(
    "protected.yaml is in git's index, and was deleted in the work tree: `git restore protected.yaml`",
  );
  const above = await hint("src/protected.yaml", join(top, "src"));
  expect(above).toEndWith("`git restore ../protected.yaml`");
  expect(await hint("src/protected.yaml", join(top, "src"), false)).toBeUndefined();
  await repository.must("restore", "protected.yaml");
});

test("a store that a sparse checkout leaves out is added to it, and the command does that", async () => {
  await repository.must("sparse-checkout", "set", "--cone", "src");
  const cone = await hint("my app/protected.yaml");
  expect(cone).toBe(
    "my app/protected.yaml is in git's index, but not checked out: `git sparse-checkout add 'my app'`",
  );
  expect(await hint("my app/protected.yaml", join(top, "src"))).toEndWith(
    "`git -C .. sparse-checkout add 'my app'`",
  );
  await repository.must("sparse-checkout", "set", "--no-cone", "/src/");
  expect(await hint("protected.yaml")).toEndWith("`git sparse-checkout add /protected.yaml`");
  await repository.must("sparse-checkout", "add", "/protected.yaml");
  expect(await Bun.file(join(top, "protected.yaml")).exists()).toBe(true);
  await repository.must("sparse-checkout", "disable");
});

test("a store that is left out by itself is taken back, and no other one is created in its place", async () => {
  await repository.must("update-index", "--skip-worktree", "protected.yaml");
  rmSync(join(top, "protected.yaml"));
  expect(await hint("protected.yaml")).toEndWith(
    "`git update-index --no-skip-worktree protected.yaml`, then `git restore protected.yaml`",
  );
  const notes: string[] = [];
  const create = () => refuseUncheckedOut(join(top, "protected.yaml"), (note) => notes.push(note));
  await expect(create()).rejects.toMatchObject({ code: "store_exists" });
  await repository.must("update-index", "--no-skip-worktree", "protected.yaml");
  await create();
  expect(notes).toEqual([expect.stringContaining("deleted in the work tree; the new store replaces it")]);
  await repository.must("restore", "protected.yaml");
});

test("what git does not have, or no git, gets no such hint", async () => {
  expect(await hint("other.yaml")).toBeUndefined();
  const outside = emptyFolder();
  mkdirSync(join(outside, "sub"));
  expect(await hintForMissingStore(join(outside, "protected.yaml"), true)).toBeUndefined();
});
