import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { fixturePath, interopStore } from "../support/fixtures.ts";
import { pprotect } from "../support/run.ts";
import { emptyFolder, removeFolders, sandbox } from "../support/sandbox.ts";
import { BOB, secretsOf } from "../support/stores.ts";

afterAll(removeFolders);

describe("the binary alone in an empty directory", () => {
  test("opens a store of full cost, without a home or a place for temporary files, and leaves none", async () => {
    const folder = emptyFolder();
    copyFileSync(binary(), join(folder, "pprotect"));
    chmodSync(join(folder, "pprotect"), 0o755);
    const { file, passphrases, secrets } = interopStore("hard");
    const [[name, passphrase] = ["", ""]] = Object.entries(passphrases);
    const [[domain, expected] = ["", {}]] = Object.entries(secrets);
    const before = new Set(readdirSync("/tmp"));
    const child = Bun.spawn(["./pprotect", "decrypt-domain", domain, "--file", file], {
      cwd: folder,
      // Without HOME the state directory would be in the home of whoever runs the tests.
      env: {
        PPROTECT_USER: name,
        PPROTECT_PASSPHRASE: passphrase,
        TMPDIR: "/proc/nowhere",
        XDG_STATE_HOME: "/proc/nowhere",
      },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect(await child.exited).toBe(0);
    expect(stderr).toMatch(/^pprotect: warning: the access log was not written: [^\n]+\n$/);
    expect(JSON.parse(stdout)).toEqual(expected);
    expect(readdirSync(folder)).toEqual(["pprotect"]);
    const addons = readdirSync("/tmp").filter(
      (entry) => !before.has(entry) && /\.node$|argon2|^pprotect-\w{6}$/.test(entry),
    );
    expect(addons).toEqual([]);
  });

  test("reads every store of the Python program, as every owner whose key is cheap", async () => {
    for (const store of ["raw", "fast"]) {
      const { file, passphrases, secrets, owners } = interopStore(store);
      for (const [domain, expected] of Object.entries(secrets)) {
        for (const owner of owners[domain] ?? []) {
          const env = { PPROTECT_USER: owner, PPROTECT_PASSPHRASE: passphrases[owner] ?? "" };
          const result = await pprotect(["decrypt-domain", domain, "--file", file], {
            cwd: emptyFolder(),
            env,
          });
          expect(JSON.parse(result.stdout)).toEqual(expected);
        }
      }
    }
  });
});

describe("writers at once", () => {
  test("of the same secret: one wins, the others get an error, and the store is whole", async () => {
    const box = sandbox();
    const results = await Promise.all(
      [1, 2, 3, 4].map((n) => pprotect(["add-secret", "dev", "same"], { cwd: box.folder, input: `v${n}` })),
    );
    expect(results.map(({ status }) => status).toSorted()).toEqual([0, 1, 1, 1]);
    const winner = results.findIndex(({ status }) => status === 0) + 1;
    expect(secretsOf(box.read(), "dev", BOB).same).toBe(`v${winner}`);
  });
});

test("the file that a command leaves is the one it would leave again: no diff where nothing changed", async () => {
  for (const store of ["names", "wide"]) {
    const box = sandbox(readFileSync(fixturePath("interop", `${store}.yaml`)));
    const before = readFileSync(box.store, "utf8");
    const [domain = ""] = Object.keys(interopStore(store).secrets);
    const run = (args: readonly string[]) => pprotect([...args, "--", domain, "zz-new"], { cwd: box.folder });
    expect((await run(["add-secret", "--generate"])).status).toBe(0);
    expect((await run(["rm-secret"])).status).toBe(0);
    const after = readFileSync(box.store, "utf8").split("\n");
    expect(after.slice(0, -3)).toEqual(before.split("\n").slice(0, -1));
  }
});
