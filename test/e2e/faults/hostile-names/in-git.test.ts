import { afterAll, describe, expect, test } from "bun:test";
import { KeyFile } from "../../../../src/store/key-file.ts";
import { mergeRepository } from "../../../support/git-repository.ts";
import { removeFolders } from "../../../support/sandbox.ts";
import { expectSafe, hostileStore, NAMES, PATIENCE_MS } from "./names.ts";

afterAll(removeFolders);

describe.each(NAMES)("a domain and a custodian named by %s", (_, name) => {
  test(
    "are escaped in git: history, diff, guard, and the report and resolution of a conflict",
    async () => {
      const repository = await mergeRepository();
      const start = hostileStore(name);
      const [secret] = ["api-key"];
      await repository.commitStore(start.toString(), "start");
      await repository.must("checkout", "-q", "-b", "other");
      await repository.commitStore(start.setSecret(name, secret, "theirs").toString(), "theirs");
      await repository.must("checkout", "-q", "main");
      await repository.commitStore(start.setSecret(name, secret, "ours").toString(), "ours");
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
        const result = await repository.pprotect(args, {}, "o\n".repeat(3));
        expectSafe(args, result);
        const expected = { "git status": 1, "git resolve --non-interactive": 1 }[args.join(" ")];
        if (expected !== undefined) expect([args, result.status]).toEqual([args, expected]);
        if (args.length === 2 && args[1] === "resolve")
          expect([result.status, result.stderr]).toEqual([0, result.stderr]);
      }
      expect(
        KeyFile.parse(
          Buffer.from(await repository.must("show", ":protected.yaml")),
          "staged",
        ).data.domains.has(name),
      ).toBe(true);
    },
    PATIENCE_MS,
  );
});
