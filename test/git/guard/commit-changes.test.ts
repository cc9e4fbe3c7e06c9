import { expect, test } from "bun:test";
import { type Checked, checkCommits } from "../../../src/git/guard/commit-changes.ts";
import { Tally } from "../../../src/git/guard/tally.ts";
import { openRepository } from "../../../src/git/process/repository.ts";
import { guardedRepository, tokenLine } from "./guard-repository.ts";

test("only commits with findings are given, after each commit up to them was reported as checked", async () => {
  const repository = await guardedRepository();
  repository.write("a.txt", "one\n");
  const first = await repository.force();
  repository.write("a.txt", `${tokenLine()}\n`);
  const second = await repository.force();
  repository.write("a.txt", `${tokenLine()} # pprotect:allow\n`);
  const third = await repository.force();
  repository.write("a.txt", "two\n");
  const last = await repository.force();
  await repository.must("tag", "-a", "-m", "a message", "v1");

  const order: (string | Checked)[] = [];
  const tally = new Tally();
  const options = { onChecked: (checked: Checked) => order.push(`${checked.commit} ${checked.done}`) };
  const opened = await openRepository(repository.folder);
  for await (const verdict of checkCommits(opened, { all: true }, options, tally)) {
    const { commit, done, total, errors, suppressed } = verdict;
    order.push(
      `found in ${commit} ${done} of ${total}: ${errors.length} and ${suppressed.length} suppressed`,
    );
  }
  const tag = (await repository.must("rev-parse", "v1")).slice(0, first.length);
  expect(order).toEqual([
    `${tag} 0`,
    `${first} 1`,
    `${second} 2`,
    `found in ${second} 2 of 4: 1 and 0 suppressed`,
    `${third} 3`,
    `found in ${third} 3 of 4: 0 and 1 suppressed`,
    `${last} 4`,
  ]);
  expect(tally.scanned).toMatchObject({ files: 4, messages: 5, skipped: 0 });
});

test("a YAML file is a store from the commit on that completes its root keys, through the one that removes one", async () => {
  const repository = await guardedRepository();
  const contents = [
    "a: b\n",
    "a: b\nkey-custodians:\n",
    "key-custodians:\naudit-log:\n",
    "audit-log:\n",
    "a: b\n",
  ];
  const commits: string[] = [];
  for (const content of contents) {
    repository.write("x.yml", content);
    commits.push(await repository.force());
  }
  const found = new Set<string>();
  for await (const { commit, errors } of checkCommits(await openRepository(repository.folder), { all: true }))
    for (const { path, rule } of errors) found.add(`${commit} ${path} ${rule}`);
  expect([...found]).toEqual([`${commits[2]} x.yml invalid-store`, `${commits[3]} x.yml invalid-store`]);
});
