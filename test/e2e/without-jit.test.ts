import { afterAll, expect, test } from "bun:test";
import { pprotect } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";

afterAll(removeFolders);

/** Without a JIT the runtime calls no function of the C library. */
const ENV = {
  BUN_JSC_useJIT: "0",
  PPROTECT_USER: ALICE.name,
  PPROTECT_PASSPHRASE: ALICE.passphrase,
};
const WARNING =
  "pprotect: warning: the runtime cannot call the C library (BUN_JSC_useJIT=0 turns that off): ";

test("without a JIT, exec runs the program, and says what is missing", async () => {
  const box = sandbox();
  const run = (mode: readonly string[], program: string) =>
    pprotect(["exec", "--domain", "dev", "--uppercase", ...mode, "--", "sh", "-c", program], {
      cwd: box.folder,
      env: ENV,
    });
  const plain = await run([], 'echo "$API_KEY"; exit 7');
  expect(plain).toMatchObject({ status: 7, stdout: "dev-api-key\n" });
  expect(plain.stderr).toContain(WARNING);
  const asFile = await run(["--as-file", "api-key=key.txt"], 'cat "$API_KEY"; basename "$API_KEY"');
  expect(asFile).toMatchObject({ status: 0, stdout: "dev-api-keykey.txt\n" });
  expect(await run(["--watch"], 'echo "$API_KEY"')).toMatchObject({ status: 0, stdout: "dev-api-key\n" });
  expect(await run(["--redact"], 'echo "$API_KEY"')).toMatchObject({
    status: 1,
    stdout: "",
    stderr: `pprotect: exec --redact does not work here: ${WARNING.slice(19, -2)}\nhint: start pprotect without BUN_JSC_useJIT=0\n`,
  });
});

test("without a JIT, the store is written under its lock, and output is redacted", async () => {
  const box = sandbox();
  const run = (line: string, input = "") => pprotect(line.split(" "), { cwd: box.folder, env: ENV, input });
  expect(await run("add-secret dev new", "value-of-new")).toMatchObject({ status: 0 });
  expect(await run("get dev new")).toMatchObject({ status: 0, stdout: "value-of-new" });
  expect(await run("redact --domain dev", "a value-of-new b")).toMatchObject({
    status: 0,
    stdout: "a [REDACTED:new] b",
  });
});
