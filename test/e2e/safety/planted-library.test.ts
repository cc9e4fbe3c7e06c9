import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, readFileSync } from "node:fs";
import { pprotect, runProgram } from "../../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";

afterAll(removeFolders);

const CREDENTIALS = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

/** glibc's dynamic linker then writes every file that it looks for and loads to standard error (ld.so(8)). */
const LD_DEBUG = { LD_DEBUG: "files,libs" };

/** How foreign functions fail on hardened units: without a JIT, no function of a library can be called. */
const WITHOUT_FFI = { BUN_JSC_useJIT: "0" };

/** Every name under which a C library may be looked for. */
const NAMES = [
  "libc.so.6",
  "libc.so",
  "libc.musl-x86_64.so.1",
  "libc.musl-aarch64.so.1",
  "ld-musl-x86_64.so.1",
  "ld-musl-aarch64.so.1",
  "libSystem.B.dylib",
];

/** A directory with a real library under each of {@link NAMES}. */
function plantedLibraries(): Sandbox {
  const box = sandbox();
  const loaded = readFileSync("/proc/self/maps", "utf8").match(/\/\S*\/libm[.-]\S*|\/\S*\/ld-musl\S*/);
  if (!loaded) throw new Error("no library to copy");
  for (const name of NAMES) copyFileSync(loaded[0], box.path(name));
  return box;
}

describe("a library in the current directory is not loaded", () => {
  const box = plantedLibraries();

  const lines = [
    "decrypt-domain prod",
    "add-secret prod planted",
    "exec --domain prod -- true",
    "exec --domain prod --redact -- true",
    "exec --domain prod --as-file token -- true",
  ];
  describe.each(lines)("%s", (line) => {
    test.each([
      ["with foreign functions", {}],
      ["without foreign functions", WITHOUT_FFI],
    ])("%s", async (_, mode) => {
      const env = { ...CREDENTIALS, ...LD_DEBUG, ...mode };
      const { stderr } = await pprotect(line.split(" "), { cwd: box.folder, input: "value", env });
      expect(stderr).toContain("libc.so.6");
      expect(stderr.split("\n").filter((each) => each.includes(box.folder))).toEqual([]);
    });
  });

  test("the runtime would load one by a bare name", async () => {
    const script =
      'require("bun:ffi").dlopen("libc.musl-x86_64.so.1", { cos: { args: ["double"], returns: "double" } })';
    const { stderr } = await runProgram([process.execPath, "-e", script], { cwd: box.folder, env: LD_DEBUG });
    expect(stderr).toContain(`${box.folder}/libc.musl-x86_64.so.1`);
  });
});
