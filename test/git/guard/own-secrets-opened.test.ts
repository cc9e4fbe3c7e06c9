import { afterAll, expect, test } from "bun:test";
import { checkStaged } from "../../../src/git/guard/staged-changes.ts";
import { openRepository } from "../../../src/git/process/repository.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { guardedRepository } from "./guard-repository.ts";

afterAll(removeFolders);

/** So many that the guard prepares for text before it sees any. */
const MANY = 60;

test.each([
  ["pictures", "picture.png", Uint8Array.of(137, 80, 78, 71, 0, 1, 2), 0],
  ["text", "text.txt", "some words\n", 1],
])("the store's values are opened once for text alone: %s", async (_, name, content, opened) => {
  const { folder, must, write } = await guardedRepository();
  for (let number = 0; number < MANY; number++) write(`${number}/${name}`, content);
  await must("add", "-A");
  let times = 0;
  const ownSecrets = async () => {
    times++;
    return [];
  };
  await checkStaged(await openRepository(folder), { ownSecrets });
  expect(times).toBe(opened);
});
