import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "../../support/binary.ts";
import { COMMAND_CASES, inputOf, STORE_WRITERS, snapshot } from "../../support/command-table.ts";
import { COUNTS } from "../../support/counts.ts";
import { MOUNTING, withMounts } from "../../support/namespace.ts";
import { needs } from "../../support/programs.ts";
import { pprotect, type Result, runProgram } from "../../support/run.ts";
import { FRESH_PASSPHRASE, hiddenFiles, removeFolders, sandbox } from "../../support/sandbox.ts";
import { BOB, secretsOf } from "../../support/stores.ts";
import { DROPPING_RIGHTS, withoutRights } from "../../support/unprivileged.ts";

afterAll(removeFolders);

test("the commands that write a store are known by their number", () => {
  expect(STORE_WRITERS).toHaveLength(COUNTS.writingCommands);
});

/** The last line, which is the error. */
const lastLine = ({ stderr }: Result): string => stderr.trimEnd().split("\n").at(-1) ?? "";

/**
 * Mounts what `$0` says over the folder, with a copy of all that was in it, and runs the rest there.
 * What is in the folder afterwards is copied back for the test to see.
 */
function onDisk(mount: string, command: string): string {
  return `
    folder=$PWD; cp -a "$folder" "$folder.copy"
    ${mount}
    cd "$folder"
    status=0; ${command} || status=$?
    cd /; rm -rf "$folder.after"; cp -a "$folder" "$folder.after"
    exit $status`;
}

/** 4 KiB are left when everything is on it: enough for a name, not for a store. */
const FULL = `
    size=$(du -s --block-size=4096 --apparent-size "$folder" | cut -f1)
    mount -t tmpfs -o size=2m tmpfs "$folder"
    cp -a "$folder.copy/." "$folder/"
    head -c 8m /dev/zero >"$folder/ballast" 2>/dev/null || true`;

const READ_ONLY = `
    mount --bind "$folder" "$folder"
    mount -o remount,ro,bind "$folder"`;

describe.each(STORE_WRITERS)("`$name`", (each) => {
  test.if(needs(...MOUNTING)).each([
    ["a full disk", FULL, "no space left on device"],
    ["a read-only file system", READ_ONLY, "read-only file system"],
  ])("on %s: nothing is lost, one clear line", async (_, mount, reason) => {
    const box = await each.prepare();
    const before = snapshot(box);
    const result = await withMounts(onDisk(mount, '"$0" "$@"'), [binary(), ...each.args], {
      cwd: box.folder,
      input: inputOf(each),
    });
    expect([result.status, lastLine(result)]).toEqual([1, lastLine(result)]);
    expect(lastLine(result)).toMatch(
      new RegExp(
        `^pprotect: cannot write \\S+(?:\\.yaml|\\.merge_file\\S*): ${reason}; nothing was changed$`,
      ),
    );
    const after = snapshot({ ...box, folder: `${box.folder}.after` });
    delete after[join(`${box.folder}.after`, "ballast")];
    expect(Object.values(after)).toEqual(Object.values(before));
    expect(readdirSync(`${box.folder}.after`).filter((entry) => entry.endsWith("-tmp"))).toEqual([]);
  });
});

test.if(needs(...MOUNTING))("`git install` on a full disk leaves .gitattributes as it was", async () => {
  const [install] = COMMAND_CASES.filter(({ name }) => name === "git install");
  if (!install) throw new Error("no install");
  const box = await install.prepare();
  box.write(".gitattributes", "*.png binary\n");
  const result = await withMounts(onDisk(FULL, '"$0" git install'), [binary()], { cwd: box.folder });
  expect(result.status).toBe(1);
  expect(result.stderr).toMatch(/^pprotect: (?:cannot|git)/m);
  expect(readFileSync(join(`${box.folder}.after`, ".gitattributes"), "utf8")).toBe("*.png binary\n");
});

test("a standard output on a full disk is one clear line, not half of the data taken for all", async () => {
  const box = sandbox();
  const result = await runProgram(["sh", "-c", '"$0" list-audit-log >/dev/full', binary()], {
    cwd: box.folder,
  });
  expect([result.status, result.stderr]).toEqual([
    1,
    "pprotect: cannot write to standard output: no space left on device\n",
  ]);
});

describe("someone without the right to write", () => {
  test.if(needs(...DROPPING_RIGHTS))(
    "to the folder: the store stays, one clear line, nothing left behind",
    async () => {
      // Other users cannot enter the folder of the other tests.
      const folder = await mkdtemp(join(tmpdir(), "pprotect-test-"));
      try {
        copyFileSync(binary(), join(folder, "pprotect"));
        copyFileSync(sandbox().store, join(folder, "protected.yaml"));
        chmodSync(join(folder, "protected.yaml"), 0o666);
        chmodSync(folder, 0o555);
        const before = readFileSync(join(folder, "protected.yaml"), "utf8");
        const run = (...args: readonly string[]) =>
          runProgram(withoutRights([join(folder, "pprotect"), ...args]), { cwd: folder });
        const result = await run("set-secret", "dev", "fresh", "--generate");
        expect([result.status, result.stderr]).toEqual([
          1,
          `pprotect: cannot write ${join(folder, "protected.yaml")}: permission denied; nothing was changed\n`,
        ]);
        const made = await run("init", "--file", "new.yaml", "-u", "x", "--key-type", "raw", "--yes");
        expect([made.status, lastLine(made)]).toEqual([
          1,
          `pprotect: cannot write ${join(folder, "new.yaml")}: permission denied; nothing was changed`,
        ]);
        expect(readFileSync(join(folder, "protected.yaml"), "utf8")).toBe(before);
        expect(readdirSync(folder).toSorted()).toEqual(["pprotect", "protected.yaml"]);
        chmodSync(join(folder, "protected.yaml"), 0o600);
        if (process.getuid?.() === 0) {
          expect((await run("list-domains")).stderr).toBe(
            "pprotect: cannot read protected.yaml: permission denied\n",
          );
        }
      } finally {
        chmodSync(folder, 0o755);
        await rm(folder, { recursive: true });
      }
    },
  );

  test("to the file, even as root", async () => {
    const box = sandbox();
    chmodSync(box.store, 0o444);
    const before = readFileSync(box.store, "utf8");
    const result = await pprotect(["set-secret", "dev", "fresh", "--generate"], { cwd: box.folder });
    expect([result.status, result.stderr]).toEqual([
      1,
      "pprotect: cannot write protected.yaml: the file is read-only\nhint: `chmod u+w protected.yaml` makes it writable\n",
    ]);
    expect(readFileSync(box.store, "utf8")).toBe(before);
  });

  test.if(needs(...MOUNTING))("over a file that is mounted on its own, as in a container", async () => {
    const box = sandbox();
    const script = 'mount --bind protected.yaml protected.yaml; exec "$0" set-secret dev fresh --generate';
    const before = readFileSync(box.store, "utf8");
    const result = await withMounts(script, [binary()], { cwd: box.folder });
    expect([result.status, lastLine(result)]).toEqual([
      1,
      `pprotect: cannot write ${box.store}: device or resource busy; nothing was changed`,
    ]);
    expect(readFileSync(box.store, "utf8")).toBe(before);
    expect(readdirSync(box.folder).filter((entry) => entry.startsWith("."))).toEqual([]);
  });
});

describe("a store on another file system", () => {
  test.if(needs(...MOUNTING)).each(["directly", "through a link"])(
    "than the temporary folder is written %s",
    async (how) => {
      const box = sandbox();
      const linked = how === "through a link";
      mkdirSync(box.path("other"));
      const script = `
      mount -t tmpfs tmpfs other; cp protected.yaml other/
      ${linked ? "ln -sf other/protected.yaml protected.yaml" : "cd other"}
      [ "$(stat -Lc %d protected.yaml)" != "$(stat -c %d "$TMPDIR")" ]
      "$0" set-secret dev fresh --value-file "$1"
      ${linked ? "test -L protected.yaml" : ""}
      cat protected.yaml; ls -A "$2" >&2`;
      const result = await withMounts(script, [binary(), box.fresh, box.path("other")], {
        cwd: box.folder,
        env: { TMPDIR: box.folder },
      });
      expect(result.status).toBe(0);
      expect(result.stderr).toEndWith("Set secret fresh in dev.\nprotected.yaml\n");
      writeFileSync(box.path("after.yaml"), result.stdout);
      const after = sandbox(result.stdout);
      expect(secretsOf(after.read(), "dev", BOB).fresh).toBe(`${FRESH_PASSPHRASE}\n`);
    },
  );
});

test.if(needs("strace")).each(["ENOLCK", "EOPNOTSUPP", "ENOSYS"])(
  "a file system without flock, which answers %s, is written by several at once, and none waits in vain",
  async (error) => {
    const box = sandbox();
    const names = Array.from({ length: 6 }, (_, n) => `new-${n}`);
    const failing = [
      "strace",
      "-o",
      "/dev/null",
      "-f",
      "-e",
      "trace=flock",
      "-e",
      `inject=flock:error=${error}`,
    ];
    const results = await Promise.all(
      names.map((name) =>
        runProgram([...failing, binary(), "add-secret", "dev", name], { cwd: box.folder, input: name }),
      ),
    );
    expect(results.filter(({ status }) => status !== 0)).toEqual([]);
    expect(secretsOf(box.read(), "dev", BOB)).toMatchObject(
      Object.fromEntries(names.map((name) => [name, name])),
    );
    expect(hiddenFiles(box.folder)).toEqual([]);
  },
);
