import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { findClipboard } from "../../src/system/clipboard.ts";
import { handoverFor } from "../../src/system/clipboard-clearer.ts";
import { CLIPBOARD_WORD } from "../../src/system/clipboard-word.ts";
import { binary } from "../support/binary.ts";
import { readAnswer } from "../support/output-schema.ts";
import { needs } from "../support/programs.ts";
import { pprotect, type Result, runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";
import { until } from "../support/until.ts";

afterAll(removeFolders);

function clip(box: Sandbox, env: Record<string, string>, ...args: readonly string[]): Promise<Result> {
  const line = ["get", "prod/token", "--clip", "-u", ALICE.name, "--passphrase-file", box.alice];
  return pprotect([...line, ...args], { cwd: box.folder, env });
}

/** A sandbox with programs of a clipboard in `bin`, which keep what they get in files beside it. */
function withPrograms(programs: Record<string, string>): { box: Sandbox; env: Record<string, string> } {
  const box = sandbox();
  mkdirSync(box.path("bin"));
  for (const [name, script] of Object.entries(programs)) {
    box.write(`bin/${name}`, `#!/bin/sh\ncd ${box.folder}\n${script}\n`);
    chmodSync(box.path(`bin/${name}`), 0o755);
  }
  return { box, env: { PATH: `${box.path("bin")}:/usr/bin:/bin` } };
}

const WAYLAND = { WAYLAND_DISPLAY: "wayland-test", XDG_RUNTIME_DIR: "/run/user-test" };
const COPY = 'echo "$@" >>args; env >env; cat >held';

describe("get --clip with the programs of Wayland", () => {
  test.each([
    [
      "of today",
      `[ "$1" = --help ] && { echo "  --sensitive"; exit; }; ${COPY}`,
      "--sensitive --type text/plain\n",
    ],
    ["of old", `[ "$1" = --help ] && exit; ${COPY}`, "--type text/plain\n"],
  ])("%s: the value goes to standard input, with no credentials", async (_, copy, args) => {
    const { box, env } = withPrograms({ "wl-copy": copy, "wl-paste": "cat held" });
    const variables = { ...env, ...WAYLAND, DISPLAY: ":1", PPROTECT_PASSPHRASE: "wrong" };
    const result = await clip(box, variables, "--json");
    expect([result.status, result.stderr]).toEqual([
      0,
      "Copied prod/token to the clipboard, which is cleared after 45 seconds.\n",
    ]);
    expect(readAnswer(result.stdout).result).toEqual({
      domain: "prod",
      secret: "token",
      clip: { program: "wl-copy", seconds: 45 },
    });
    expect(readFileSync(box.path("held"), "utf8")).toBe("prod-token");
    expect(readFileSync(box.path("args"), "utf8")).toBe(args);
    const seen = readFileSync(box.path("env"), "utf8");
    expect(seen).toContain("TMPDIR=/run/user-test\n");
    expect(seen).not.toContain("PPROTECT_");
  });

  test("the process that clears the clipboard is there before the value", async () => {
    // The children of pprotect while the value is copied; all but this script.
    const children =
      'for p in /proc/[0-9]*; do grep -q "^PPid:.$PPID$" $p/status 2>/dev/null && tr "\\0" " " <$p/cmdline; done';
    const { box, env } = withPrograms({
      "wl-copy": `[ "$1" = --help ] || { ${children}; cat; } >>children`,
      "wl-paste": "",
    });
    expect((await clip(box, { ...env, ...WAYLAND })).status).toBe(0);
    expect(readFileSync(box.path("children"), "utf8")).toContain(CLIPBOARD_WORD);
  });

  test("a failure is an error, and the value is not printed instead", async () => {
    const { box, env } = withPrograms({ "wl-copy": "echo no display >&2; exit 1", "wl-paste": "" });
    expect(await clip(box, { ...env, ...WAYLAND })).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^pprotect: wl-copy could not reach the clipboard\nhint: run `echo test \| /,
      ),
    });
  });

  test("programs in a relative directory of PATH are not run", async () => {
    const { box } = withPrograms({ "wl-copy": "touch ran", "wl-paste": "touch ran" });
    const empty = emptyFolder();
    const result = await clip(box, { ...WAYLAND, PATH: `bin:.:${empty}` });
    expect(result.stderr).toContain("the clipboard needs wl-copy and wl-paste, which are not in PATH\n");
    expect(existsSync(box.path("ran"))).toBe(false);
  });

  test("without a display the error comes before a passphrase is asked for", async () => {
    const box = sandbox();
    const result = await pprotect(["get", "prod/token", "--clip"], { cwd: box.folder });
    expect([result.status, result.stderr]).toEqual([
      1,
      "pprotect: this session has no clipboard: neither WAYLAND_DISPLAY nor DISPLAY is set\n" +
        "hint: omit --clip to print the value\n",
    ]);
  });

  test("it is not for another program's loan, and PPROTECT_NO_PLAINTEXT forbids it", async () => {
    const { box, env } = withPrograms({ "wl-copy": COPY, "wl-paste": "cat held" });
    expect((await clip(box, { ...env, ...WAYLAND }, "--ttl", "1m")).stderr).toContain(
      "cannot be used with --clip",
    );
    const fenced = await clip(box, { ...env, ...WAYLAND, PPROTECT_NO_PLAINTEXT: "1" });
    expect([fenced.status, existsSync(box.path("held"))]).toEqual([1, false]);
  });
});

/** Starts an X server. @returns its display, and what ends it */
async function startX(): Promise<{ display: string; stop: () => void }> {
  const server = Bun.spawn(
    ["sh", "-c", "exec Xvfb -displayfd 3 -nolisten tcp -screen 0 64x64x8 3>&1 >/dev/null 2>&1"],
    { stdout: "pipe", env: process.env },
  );
  const { value } = await server.stdout.getReader().read();
  return {
    display: `:${Buffer.from(value ?? [])
      .toString()
      .trim()}`,
    stop: () => server.kill(),
  };
}

describe.if(needs("Xvfb", "xclip", "xsel"))("the clipboard of a real X server", () => {
  test("gets the value to the byte, and is cleared only if it still holds it", async () => {
    const { display, stop } = await startX();
    try {
      const box = sandbox();
      const value = "tök en\n\n";
      const args = ["set-secret", "prod", "token"];
      await pprotect([...args, "--value-file", box.write("value", value)], { cwd: box.folder });
      const env = { DISPLAY: display };
      const read = async () =>
        (await runProgram(["xclip", "-selection", "clipboard", "-out"], { cwd: box.folder, env })).stdout;
      expect(await clip(box, env)).toMatchObject({ status: 0, stdout: "" });
      // xclip goes into the background before the server knows that the clipboard is its.
      const holds = (text: string) => until(async () => (await read()) === text);
      await holds(value);
      for (const path of [process.env.PATH ?? "", await onlyXsel()]) {
        const clipboard = await findClipboard({ ...env, PATH: path });
        const clear = (text: string) =>
          runProgram([binary(), CLIPBOARD_WORD], {
            cwd: box.folder,
            env,
            input: handoverFor(clipboard, text, Date.now() + 100),
          });
        await clear("another text");
        expect([clipboard.name, await read()]).toEqual([clipboard.name, value]);
        await clear(value);
        await holds("");
        await clip(box, { ...env, PATH: path });
        await holds(value);
      }
    } finally {
      stop();
    }
  });

  async function onlyXsel(): Promise<string> {
    const folder = emptyFolder();
    await runProgram(
      ["ln", "-s", Bun.which("xsel", { PATH: process.env.PATH ?? "" }) ?? "", `${folder}/xsel`],
      { cwd: folder },
    );
    return folder;
  }
});
