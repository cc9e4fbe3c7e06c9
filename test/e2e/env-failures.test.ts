import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { binary } from "../support/binary.ts";
import { envProject, TEXT } from "../support/env-project.ts";
import { needs } from "../support/programs.ts";
import { runProgram } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { DROPPING_RIGHTS, openToEveryone, withoutRights } from "../support/unprivileged.ts";

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

test.if(needs(...DROPPING_RIGHTS))(
  "a directory that may not be entered or written is named with the system's reason, in a repository too",
  async () => {
    const box = sandbox();
    const copy = openToEveryone(box);
    const state = box.path("state");
    mkdirSync(state);
    chmodSync(state, 0o777);
    box.write(".gitignore", "*\n");
    await runProgram(["git", "init", "-q"], { cwd: box.folder });
    for (const [directory, mode] of [
      ["closed", 0o744],
      ["read-only", 0o555],
    ] as const) {
      mkdirSync(box.path(directory));
      chmodSync(box.path(directory), mode);
      const out = `${directory}/.env`;
      const environment = ["env", `HOME=${state}`, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory"];
      const command = withoutRights([copy, "env", "--domain", "dev", "--out", out]);
      const { status, stderr } = await runProgram([...environment, `GIT_CONFIG_VALUE_0=*`, ...command], {
        cwd: box.folder,
      });
      expect([status, stderr]).toEqual([
        1,
        `pprotect: cannot write ${out}: permission denied; no secrets were written\n`,
      ]);
      chmodSync(box.path(directory), 0o755);
    }
  },
);
