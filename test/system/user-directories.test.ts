import { afterEach, expect, test } from "bun:test";
import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { leaseDirectories } from "../../src/lease/directory.ts";
import { usualKeyFile } from "../../src/system/age-identities.ts";
import { clipboardEnvironment } from "../../src/system/clipboard.ts";
import { stateDirectory } from "../../src/system/state-directory.ts";
import { temporaryDirectory } from "../../src/system/user-directories.ts";

const TMPDIR = process.env.TMPDIR;

afterEach(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
});

test.each(["state", "./state", "../state", "~/state", ""])(
  "a relative XDG directory is ignored: %p",
  (given) => {
    const environment = { HOME: homedir(), XDG_STATE_HOME: given, XDG_RUNTIME_DIR: given };
    expect(stateDirectory(environment)).toBe(join(homedir(), ".local/state/pprotect"));
    expect(leaseDirectories(environment).filter((path) => !isAbsolute(path))).toEqual([]);
    expect(clipboardEnvironment(environment, [])).not.toHaveProperty("TMPDIR");
  },
);

test.each([".", "home", "~"])("no state is kept in a relative HOME: %p", (HOME) => {
  expect(() => stateDirectory({ HOME })).toThrow(`HOME is not an absolute path: ${HOME}`);
  expect(stateDirectory({ HOME, XDG_STATE_HOME: "/state" })).toBe("/state/pprotect");
  expect(usualKeyFile({ HOME })).toBeUndefined();
});

test("without HOME, the user database has the home directory", () => {
  expect(stateDirectory({})).toBe(join(homedir(), ".local/state/pprotect"));
  expect(stateDirectory({ HOME: "" })).toBe(join(homedir(), ".local/state/pprotect"));
});

test("temporary files are not in a relative TMPDIR", () => {
  expect(temporaryDirectory()).toBe(tmpdir());
  process.env.TMPDIR = "tmp";
  expect(temporaryDirectory()).toBe("/tmp");
});
