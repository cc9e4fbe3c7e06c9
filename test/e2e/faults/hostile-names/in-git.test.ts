import { afterAll, describe, expect, test } from "bun:test";
import { KeyFile } from "../../../../src/store/key-file.ts";
import { mergeRepository } from "../../../support/git-repository.ts";
import { removeFolders } from "../../../support/sandbox.ts";
import { expectSafe, GROUPS, hostileStore, PATIENCE_MS } from "./names.ts";

afterAll(removeFolders);

describe.each(GROUPS)("domains and custodians named by %s", (_, names) => {
  test(
    "are escaped in git: history, diff, guard, and the report and resolution of a conflict",
    async () => {
      const repository = await mergeRepository();
      const secret = "api-key";
      const start = hostileStore(...names);
      const changed = (value: string): string =>
        names.reduce((store, name) => store.setSecret(name, secret, value), start).toString();
      await repository.commitStore(start.toString(), "start");
      await repository.must("checkout", "-q", "-b", "other");
      await repository.commitStore(changed("theirs"), "theirs");
      await repository.must("checkout", "-q", "main");
      await repository.commitStore(changed("ours"), "ours");
      const merged = await repository.git(["merge", "-q", "other"]);
      expectSafe(["merge"], merged);
      expect([merged.status, merged.stderr]).toEqual([
        1,
        expect.stringContaining("pprotect: conflict in protected.yaml: "),
      ]);
      for (const args of [
        ["git", "pre-commit"],
        ["git", "history"],
        ["git", "check", "--all"],
        ["git", "status"],
        ["git", "resolve", "--non-interactive"],
        ["git", "resolve"],
        ["git", "history"],
        ["git", "pre-commit", "--json"],
      ]) {
        const result = await repository.pprotect(args, {}, "o\n".repeat(3 * names.length));
        expectSafe(args, result);
        const expected = { "git status": 1, "git resolve --non-interactive": 1 }[args.join(" ")];
        if (expected !== undefined) expect([args, result.status]).toEqual([args, expected]);
        if (args.length === 2 && args[1] === "resolve")
          expect([result.status, result.stderr]).toEqual([0, result.stderr]);
      }
      const staged = await repository.must("show", ":protected.yaml");
      const { domains } = KeyFile.parse(Buffer.from(staged), "staged").data;
      expect(names.filter((name) => !domains.has(name))).toEqual([]);
    },
    PATIENCE_MS,
  );
});
