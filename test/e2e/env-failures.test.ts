import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { binary } from "../support/binary.ts";
import { envProject, TEXT } from "../support/env-project.ts";
import { needs } from "../support/programs.ts";
import { runProgram } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { openToEveryone, withoutRights } from "../support/unprivileged.ts";

afterAll(removeFolders);

describe("a file that is not complete", () => {
  test.if(needs("strace"))("is where git would not take it when its writer is killed", async () => {
    const box = await envProject();
    await box.shell("git add -A && git commit -qm all");
    const left = (): string | undefined => {
      if (!existsSync(box.registry)) return undefined;
      return JSON.parse(readFileSync(box.registry, "utf8")).files[0]?.temporary;
    };
    // Other files are flushed too, such as the record of written files.
    for (let call = 1; !existsSync(left() ?? ""); call++) {
      const inject = `inject=fsync:signal=KILL:when=${call}`;
      const traced = `strace -f -o /dev/null -e trace=fsync -e ${inject} '${binary()}' env --out .env`;
      expect((await box.shell(traced)).status).not.toBe(0);
    }
    const temporary = left() ?? "";
    expect(readFileSync(temporary, "utf8")).toBe(TEXT);
    expect((await box.shell("git status --short")).stdout).toBe("");
    expect((await box.run("cleanup")).status).toBe(0);
    expect(existsSync(temporary)).toBe(false);
  });
});

test.if(needs("setpriv") && process.getuid?.() === 0)(
  "a user without a home directory gets one clear line",
  async () => {
    const box = sandbox();
    const copy = openToEveryone(box);
    const { status, stderr } = await runProgram(
      [
        "env",
        "-u",
        "HOME",
        ...withoutRights([copy, "cleanup"]).map((word) => word.replace("65534", "12345")),
      ],
      {
        cwd: box.folder,
      },
    );
    expect([status, stderr]).toEqual([
      1,
      "pprotect: this user has no home directory\nhint: set HOME or XDG_STATE_HOME\n",
    ]);
  },
);
