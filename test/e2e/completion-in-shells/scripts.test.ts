import { afterAll, expect, test } from "bun:test";
import { COMPLETION_SCRIPTS, SHELLS } from "../../../src/cli/completion/scripts.ts";
import { needs } from "../../support/programs.ts";
import { pprotect, runProgram } from "../../support/run.ts";
import { removeFolders, sandbox } from "../../support/sandbox.ts";

afterAll(removeFolders);

for (const shell of SHELLS) {
  test.if(shell === "bash" || needs(shell))(
    `\`pprotect completion ${shell}\` prints a script that the shell can read`,
    async () => {
      const box = sandbox(null);
      const { status, stdout, stderr } = await pprotect(["completion", shell], { cwd: box.folder });
      expect([status, stdout, stderr]).toEqual([0, COMPLETION_SCRIPTS[shell], ""]);
      const file = box.write("script", stdout);
      const read = await runProgram([shell, "-n", file], { cwd: box.folder });
      expect([read.status, read.stderr]).toEqual([0, ""]);
    },
  );
}
