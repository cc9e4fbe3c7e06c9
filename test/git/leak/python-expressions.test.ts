import { expect, test } from "bun:test";
import { expressionsOf } from "../../../src/git/leak/expressions.ts";
import { needs } from "../../support/programs.ts";
import { runProgram } from "../../support/run.ts";

test.if(needs("python3"))("the expressions are what Python, and so git-filter-repo, finds", async () => {
  for (const value of ["a==>b\nc", "ü#\\x41", "literal:x", "  regex:("]) {
    const expression =
      expressionsOf([Buffer.from(value)])
        .slice("regex:".length)
        .split("==>")[0] ?? "";
    const script = `import re,sys; v=sys.stdin.buffer.read(); sys.exit(not re.fullmatch(sys.argv[1].encode(), v))`;
    const result = await runProgram(["python3", "-c", script, expression], { cwd: "/", input: value });
    expect({ value, status: result.status }).toEqual({ value, status: 0 });
  }
});
