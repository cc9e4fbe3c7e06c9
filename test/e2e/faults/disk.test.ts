import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isProof } from "../../../src/store/trust/proof.ts";
import { binary } from "../../support/binary.ts";
import { COMMAND_CASES, type CommandCase, snapshot } from "../../support/command-table.ts";
import { COUNTS } from "../../support/counts.ts";
import { GIT_IDENTITY } from "../../support/git-identity.ts";
import { MOUNTING, withMounts } from "../../support/namespace.ts";
import { needs } from "../../support/programs.ts";
import { pprotect, type Result, runProgram } from "../../support/run.ts";
import {
  emptyFolder,
  FRESH_PASSPHRASE,
  hiddenFiles,
  removeFolders,
  type Sandbox,
  sandbox,
} from "../../support/sandbox.ts";
import { ALICE, BOB, secretsOf } from "../../support/stores.ts";
import { answerAll, atTerminal } from "../../support/terminal.ts";
import { DROPPING_RIGHTS, withoutRights } from "../../support/unprivileged.ts";

afterAll(removeFolders);

/** Commands that write a store, with all their answers. */
const writers = COMMAND_CASES.filter(
  ({ name, writes }) => writes && !/^(?:git|agent) (?:un)?install$/.test(name),
);

/** Needs git, or a store that is not there yet. */
const NEEDS_MORE = /^(?:git |init|restore-secret)/;

test("the commands that write a store are known by their number", () => {
  expect(writers).toHaveLength(COUNTS.writingCommands);
});

const inputOf = ({ answers }: CommandCase): string => answers.map(([, line]) => `${line}\n`).join("");

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

describe.each(writers)("`$name`", (each) => {
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
      "pprotect: cannot write protected.yaml: the file is read-only\nhint: make it writable with `chmod u+w` and run the command again\n",
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

describe("a store that is a symbolic link", () => {
  test.each(writers.filter(({ name }) => !NEEDS_MORE.test(name)))(
    "stays one through `$name`, and what it points to changes as a whole",
    async (each) => {
      const box = await each.prepare();
      const elsewhere = emptyFolder();
      const target = join(elsewhere, "real.yaml");
      copyFileSync(box.store, target);
      await rm(box.store);
      symlinkSync(target, box.store);
      const before = readFileSync(target, "utf8");
      const { ino } = lstatSync(target);
      const result = await pprotect(each.args, { cwd: box.folder, input: inputOf(each) });
      expect([result.status, result.stderr]).toEqual([0, result.stderr]);
      expect(readlinkSync(box.store)).toBe(target);
      expect(lstatSync(target).isFile() && lstatSync(target).ino !== ino).toBe(true);
      expect(readFileSync(target, "utf8")).not.toBe(before);
      expect(readdirSync(elsewhere)).toEqual(["real.yaml"]);
      box.read();
    },
  );

  test("to nothing is refused by `init`, and stays one", async () => {
    const box = sandbox(null);
    symlinkSync("nowhere/store.yaml", box.store);
    const args = ["init", "-u", "x", "--passphrase-file", box.fresh, "--key-type", "fast"];
    const result = await pprotect(args, { cwd: box.folder });
    expect([result.status, result.stderr]).toEqual([
      1,
      "pprotect: protected.yaml is a dangling symbolic link\nhint: remove the link, or create its target\n",
    ]);
    expect(readlinkSync(box.store)).toBe("nowhere/store.yaml");
  });

  test("that goes round in a circle is one clear line", async () => {
    const box = sandbox(null);
    symlinkSync("protected.yaml", box.store);
    const result = await pprotect(["list-domains"], { cwd: box.folder });
    expect([result.status, result.stderr]).toEqual([
      1,
      "pprotect: cannot read protected.yaml: too many levels of symbolic links\n",
    ]);
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

describe("another program that changes the store as a command is at its questions", () => {
  const asAlice = [
    ["User email: ", ALICE.name],
    ["Passphrase: ", ALICE.passphrase],
  ] as const;

  test("keeps what it wrote, and so does the command", async () => {
    const box = sandbox();
    const session = atTerminal(["add-domain"], { cwd: box.folder });
    await answerAll(session, asAlice);
    await session.waitFor("Domain name: ");
    box.write("protected.yaml", box.read().addSecret("dev", "meanwhile", "v").toString());
    session.type("stage\r");
    expect(await session.exited).toBe(0);
    expect([...box.read().data.domains.keys()].toSorted()).toEqual(["dev", "prod", "stage"]);
    expect(secretsOf(box.read(), "dev", BOB).meanwhile).toBe("v");
  });

  test("so that it is none any more: one clear line, and the file is left as that program wrote it", async () => {
    for (const text of ["<<<<<<< ours\n=======\n>>>>>>> theirs\n", "", "half: of"]) {
      const box = sandbox();
      const session = atTerminal(["rm-secret", "dev", "--yes"], { cwd: box.folder });
      await session.waitFor("Secret name: ");
      box.write("protected.yaml", text);
      session.type("api-key\r");
      expect(await session.exited).toBe(1);
      expect(session.screen()).toMatch(
        /^pprotect: protected\.yaml:\d+: [^\r\n]+\r\n(?:hint: [^\r\n]+\r\n)?$/m,
      );
      expect(readFileSync(box.store, "utf8")).toBe(text);
    }
  });

  test("or removes it: it is not made anew", async () => {
    const box = sandbox();
    const session = atTerminal(["rm-secret", "dev", "--yes"], { cwd: box.folder });
    await session.waitFor("Secret name: ");
    await rm(box.store);
    session.type("api-key\r");
    expect(await session.exited).toBe(2);
    expect(existsSync(box.store)).toBe(false);
  });
});

describe("a clock that went backwards", () => {
  const LATER = "2999-12-31T23:59:59Z";

  test.each(writers.filter(({ name }) => !NEEDS_MORE.test(name)))(
    "keeps no entry of the audit log from `$name`, nor changes their order",
    async (each) => {
      const box = await each.prepare();
      const future = box
        .read()
        .toString()
        .replaceAll(/^- \d{4}-\S+Z/gm, `- ${LATER}`);
      box.write("protected.yaml", future);
      const before = box.read().data.auditLog;
      expect(before[0]).toStartWith(LATER);
      const result = await pprotect(each.args, { cwd: box.folder, input: inputOf(each) });
      expect([result.status, result.stderr]).toEqual([0, result.stderr]);
      const { auditLog } = box.read().data;
      if (each.name === "truncate-audit-log") {
        const needed = before.slice(0, -2).filter(isProof);
        expect(auditLog.slice(1)).toEqual([...needed, ...before.slice(-2)]);
      } else {
        expect(auditLog.slice(0, before.length)).toEqual([...before]);
        expect(auditLog.slice(before.length).filter((entry) => !isProof(entry))).not.toEqual([]);
        expect((auditLog.at(-1) ?? "") < LATER).toBe(true);
      }
    },
  );

  test("is nothing that the guard or a merge would stumble over", async () => {
    const box = await conflictFreeBranches(LATER);
    const merged = await runProgram(["git", "merge", "-q", "-m", "merge", "other"], {
      cwd: box.folder,
      env: WITH_HOOK,
    });
    expect([merged.status, merged.stderr]).toEqual([0, ""]);
    const { auditLog, domains } = box.read().data;
    expect([...(domains.get("dev")?.secrets.keys() ?? [])].toSorted()).toEqual([
      "api-key",
      "db-password",
      "mine",
      "other",
    ]);
    expect(auditLog.filter((entry) => entry.endsWith("set secret mine in dev"))).toHaveLength(1);
    expect(auditLog.filter((entry) => entry.endsWith("set secret other in dev"))).toHaveLength(1);
    const checked = await pprotect(["git", "check", "--all"], { cwd: box.folder });
    expect([checked.status, checked.stdout]).toEqual([0, ""]);
  });
});

/** The hook looks for pprotect on the PATH. */
const WITH_HOOK = { ...GIT_IDENTITY, PATH: `${dirname(binary())}:${process.env.PATH}` };

/** A repository with a log from the future, and two branches that each add a secret by today's clock. */
async function conflictFreeBranches(later: string): Promise<Sandbox> {
  const box = sandbox(
    sandbox()
      .read()
      .toString()
      .replaceAll(/^- \d{4}-\S+Z/gm, `- ${later}`),
  );
  const must = async (...command: readonly string[]): Promise<void> => {
    const { status, stderr } = await runProgram(command, { cwd: box.folder, env: WITH_HOOK });
    expect([command, status, stderr]).toEqual([command, 0, stderr]);
  };
  const add = (name: string) => must(binary(), "set-secret", "dev", name, "--generate");
  await must("git", "init", "-q", "-b", "main");
  await must(binary(), "git", "install");
  await must("git", "add", "protected.yaml", ".gitattributes");
  await must("git", "commit", "-q", "-m", "store");
  await must("git", "checkout", "-q", "-b", "other");
  await add("other");
  await must("git", "commit", "-qam", "other");
  await must("git", "checkout", "-q", "main");
  await add("mine");
  await must("git", "commit", "-qam", "mine");
  return box;
}

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
