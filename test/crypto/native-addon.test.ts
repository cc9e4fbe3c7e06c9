import { afterAll, afterEach, expect, spyOn, test } from "bun:test";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { FALLBACK_CHANNEL } from "../../src/common/fallback.ts";
import { addonFile } from "../../src/crypto/argon2id/addon-file.ts";
import { loadAddon, loadFromPrivateDirectory } from "../../src/crypto/native-addon.ts";
import { MOUNTING, withMounts } from "../support/namespace.ts";
import { needs } from "../support/programs.ts";
import { emptyFolder, removeFolders, sandbox } from "../support/sandbox.ts";

afterAll(removeFolders);

const temporary = process.env.TMPDIR;
afterEach(() => {
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
});

function addon(): string {
  const file = addonFile();
  if (file === undefined) throw new Error("no addon is installed for this platform");
  return file;
}

/** What is told while something runs. */
function toldBy(run: () => void): string[] {
  const told: string[] = [];
  const listener = (message: unknown): void => void told.push(String(message));
  subscribe(FALLBACK_CHANNEL, listener);
  run();
  unsubscribe(FALLBACK_CHANNEL, listener);
  return told;
}

test("the addon is loaded without a word", () => {
  const told = toldBy(() => expect(loadAddon(addon(), "Argon2id")).toHaveProperty("hashRawSync"));
  expect(told).toEqual([]);
});

test.each([
  ["no addon at all", "not an addon"],
  ["nothing", ""],
])("%s is not loaded, and why is told", (_, content) => {
  const file = sandbox(null).write("addon.node", content);
  const told = toldBy(() => expect(loadAddon(file, "Argon2id")).toBeUndefined());
  expect(told).toEqual([
    expect.stringMatching(/^cannot load the native Argon2id \(.+\); using a slower one$/),
  ]);
});

test("a missing addon is reported too", () => {
  const told = toldBy(() => expect(loadAddon("/nowhere/addon.node", "Argon2id")).toBeUndefined());
  expect(told).toHaveLength(1);
});

const inTemporary = test.if(needs(...MOUNTING));

inTemporary(
  "a temporary directory that is full or mounted noexec does not matter, since the addon is loaded from memory",
  async () => {
    const script = `
    import { loadAddon } from ${JSON.stringify(join(import.meta.dir, "../../src/crypto/native-addon.ts"))};
    console.log(typeof loadAddon(process.argv[1])?.hashRawSync, require("node:fs").readdirSync(process.env.TMPDIR).length);
  `;
    const result = await inNoexecFolder(script);
    expect([result.stdout, result.stderr]).toEqual(["function 1\n", ""]);
  },
);

inTemporary.each(["noexec", "full"])(
  "without memory files, a %s temporary directory fails, and nothing is left",
  async (how) => {
    const script = `
    import { loadFromPrivateDirectory } from ${JSON.stringify(join(import.meta.dir, "../../src/crypto/native-addon.ts"))};
    const { readFileSync, readdirSync, rmSync } = require("node:fs");
    const bytes = readFileSync(process.argv[1]);
    if ("${how}" === "noexec") rmSync(process.env.TMPDIR + "/ballast");
    try { loadFromPrivateDirectory(bytes); console.log("loaded"); } catch (error) { console.log(error.message); }
    console.log(readdirSync(process.env.TMPDIR).join());
  `;
    const { stdout } = await inNoexecFolder(script);
    expect(stdout).toMatch(how === "full" ? /^ENOSPC.*\nballast\n$/ : /^.*failed to map segment.*\n\n$/);
  },
);

/** Runs a script with the addon's path as its argument and a temporary folder that is `noexec` and full. */
function inNoexecFolder(script: string) {
  const folder = emptyFolder();
  const mount = `
    mount -t tmpfs -o noexec,size=2m tmpfs "$TMPDIR"
    head -c 4m /dev/zero >"$TMPDIR/ballast" 2>/dev/null || true
    exec "$0" "$@"`;
  return withMounts(mount, [process.execPath, "-e", script, addon()], {
    cwd: folder,
    env: { TMPDIR: folder },
  });
}

test("without memory files, it is a new file in a new directory that only this user can enter", () => {
  const folder = emptyFolder();
  process.env.TMPDIR = folder;
  const bytes = readFileSync(addon());
  const seen: unknown[] = [];
  const dlopen = spyOn(process, "dlopen").mockImplementation((_, path) => {
    seen.push(statSync(dirname(path)).mode & 0o777, dirname(dirname(path)), readFileSync(path).equals(bytes));
  });
  loadFromPrivateDirectory(bytes);
  dlopen.mockRestore();
  expect(seen).toEqual([0o700, folder, true]);
  expect(readdirSync(folder)).toEqual([]);
});

test("without memory files, it loads from that directory", () => {
  expect(loadFromPrivateDirectory(readFileSync(addon()))).toHaveProperty("hashRawSync");
});
