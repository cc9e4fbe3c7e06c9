import { afterAll, expect, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { acceptHooks, areAccepted } from "../../../src/exec/rotation/accepted-hooks.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

test("accepted commands are kept in a file that only the user can read and write, whatever the umask", async () => {
  const directory = emptyFolder();
  const hooks = { config: "/project/.pprotect.yaml", digest: "ab" } as Parameters<typeof acceptHooks>[0];
  const umask = process.umask(0);
  try {
    await acceptHooks(hooks, directory, () => undefined);
  } finally {
    process.umask(umask);
  }
  expect(areAccepted(hooks, directory)).toBe(true);
  const [file = ""] = readdirSync(directory).filter((name) => name.endsWith(".json"));
  expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
});
