import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { KeyFile } from "../../src/store/key-file.ts";
import { binary } from "../support/binary.ts";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { readAnswer } from "../support/output-schema.ts";
import { type Result, runProgram } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, CHEAP, NOW, secretsOf } from "../support/stores.ts";

afterAll(removeFolders);

const OLD = "old-8Jd92kQ-value";
const NEW = "new-5Tq81xW-value";
const ANSWER = `cat <&3 >/dev/null; printf '{"value":"${NEW}"}\\n'`;

function store(): Sandbox {
  return sandbox(
    KeyFile.create(NOW)
      .addCustodian(ALICE, CHEAP, NOW)
      .addDomain("prod", ALICE.name, NOW)
      .addSecret("prod", "db", OLD, NOW)
      .toString(),
  );
}

function pprotect(
  box: Sandbox,
  args: readonly string[],
  more: { cwd?: string; input?: string } = {},
): Promise<Result> {
  const env = {
    ...GIT_IDENTITY,
    HOME: box.folder,
    PPROTECT_USER: ALICE.name,
    PPROTECT_PASSPHRASE: ALICE.passphrase,
  };
  return runProgram([binary(), ...args], { cwd: more.cwd ?? box.folder, input: more.input ?? "", env });
}

const rotate = (box: Sandbox, ...args: readonly string[]): Promise<Result> =>
  pprotect(box, ["rotate", "prod/db", ...args]);

const values = (box: Sandbox): Record<string, string> => secretsOf(box.read(), "prod", ALICE);

const KEPT = "prod/db has the old value, and the new one is kept as db_next";

async function interrupted(box: Sandbox): Promise<unknown> {
  return readAnswer((await pprotect(box, ["status", "--json"])).stdout).result.interrupted_rotations;
}

describe("a value that a command has answered is kept beside the one in use", () => {
  test.each([
    [
      "when the trial fails",
      ["--via", ANSWER, "--verify", "exit 4"],
      'verify command of "prod/db" failed with exit status 4',
    ],
    ["when the command fails afterwards", ["--via", `${ANSWER}; exit 3`], "failed with exit status 3"],
    [
      "when the command does not end",
      ["--timeout", "3s", "--via", `${ANSWER}; sleep 60`],
      "took longer than 3 seconds;",
    ],
    [
      "when another process has changed the secret",
      ["--via", `printf meanwhile | ${binary()} update-secret prod db; ${ANSWER}`],
      "another process changed prod/db in the meantime",
    ],
  ])("%s", async (_, args, message) => {
    const box = store();
    const { status, stdout, stderr } = await rotate(box, ...args);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(stderr).toContain(KEPT);
    expect(stderr).toContain("`pprotect rotate prod/db --promote` makes it current, `--abort` drops it");
    expect(stdout + stderr).not.toContain(NEW);
    expect(values(box)).toMatchObject({ db_next: NEW });
    expect(await interrupted(box)).toEqual([]);
    expect((await rotate(box, "--promote")).status).toBe(0);
    expect(values(box)).toMatchObject({ db: NEW });
  });

  test("when it is not what .pprotect.yaml asks for", async () => {
    const box = store();
    box.write(".pprotect.yaml", "values:\n  db: { min_length: 100 }\n");
    const { status, stderr } = await rotate(box, "--via", ANSWER);
    expect([status, stderr]).toEqual([1, expect.stringContaining(KEPT)]);
    expect(values(box)).toEqual({ db: OLD, db_next: NEW });
  });

  test("where that name is taken, on this machine, sealed", async () => {
    const box = store();
    box.write("protected.yaml", box.read().addSecret("prod", "db_next", "mine", NOW).toString());
    const { stderr } = await rotate(box, "--via", ANSWER, "--verify", "false");
    expect(stderr).toContain("the new value is kept on this machine, and prod/db has the old one");
    expect(await interrupted(box)).toMatchObject([{ domain: "prod", secret: "db", has_value: true }]);
    expect((await runProgram(["grep", "-rF", NEW, box.folder], { cwd: box.folder })).status).toBe(1);
    expect((await rotate(box, "--via", ANSWER)).stderr).toContain("its new value is kept on this machine");
    expect((await rotate(box, "--recover")).stderr).toContain("there is a db_next that no rotation made");
    await pprotect(box, ["rm-secret", "prod", "db_next"]);
    expect((await rotate(box, "--recover")).status).toBe(0);
    expect(values(box)).toEqual({ db: OLD, db_next: NEW });
    expect((await rotate(box, "--recover")).stderr).toContain("has left a value on this machine");
  });
});

describe("a rotation that is killed", () => {
  test("before its command has answered warns the next one", async () => {
    const box = store();
    await rotate(box, "--via", "kill -9 $PPID; sleep 1");
    expect(await interrupted(box)).toMatchObject([{ has_value: false }]);
    expect(values(box)).toEqual({ db: OLD });
    const next = await rotate(box, "--via", ANSWER);
    expect([next.status, next.stderr]).toEqual([
      0,
      expect.stringContaining("the service may have another value than the store"),
    ]);
    expect([values(box), await interrupted(box)]).toEqual([{ db: NEW }, []]);
  });

  test("when its command has answered has the value left, for --recover", async () => {
    const box = store();
    await rotate(box, "--via", ANSWER, "--verify", "kill -9 $PPID");
    expect(values(box)).toEqual({ db: OLD });
    const status = await pprotect(box, ["status"]);
    expect(status.stdout).toMatch(
      /the rotation of prod\/db was interrupted on .*: `pprotect rotate prod\/db --recover`/,
    );
    expect((await pprotect(box, ["doctor"])).stdout).toContain("its new value is kept on this machine");
    expect((await rotate(box, "--via", "echo no; touch ran")).status).toBe(1);
    expect(await Bun.file(box.path("ran")).exists()).toBe(false);
    await rotate(box, "--recover");
    expect(values(box)).toEqual({ db: OLD, db_next: NEW });
  });

  test("is not offered any more when the secret was rotated since; --recover says that its value is older", async () => {
    const box = store();
    await rotate(box, "--via", ANSWER, "--verify", "kill -9 $PPID");
    expect(await interrupted(box)).toMatchObject([{ has_value: true }]);
    const later = await rotate(box, "--generate");
    expect([later.status, await interrupted(box)]).toEqual([0, []]);
    const { db } = values(box);
    const recovered = await rotate(box, "--recover");
    expect([recovered.status, recovered.stderr]).toEqual([
      0,
      expect.stringMatching(
        /^pprotect: warning: prod\/db was given another value on .*: the one that is recovered is older$/m,
      ),
    ]);
    expect(values(box)).toEqual({ db: db ?? "", db_next: NEW });
    await rotate(box, "--abort");
    await rotate(box, "--via", "kill -9 $PPID; sleep 1");
    expect(await interrupted(box)).toMatchObject([{ has_value: false }]);
    await rotate(box, "--generate");
    expect((await rotate(box, "--via", ANSWER)).stderr).not.toContain("interrupted");
  });

  test("leaves a record that is not passed over when it is damaged: it may be all that there is of a value", async () => {
    const box = store();
    await rotate(box, "--via", ANSWER, "--verify", "kill -9 $PPID");
    const records = `${box.folder}/.local/state/pprotect/pending-rotations`;
    await runProgram(["sh", "-c", `for each in "${records}"/*/record.json; do echo '{' >"$each"; done`], {
      cwd: box.folder,
    });
    const status = await pprotect(box, ["status"]);
    expect([status.status, status.stderr]).toEqual([
      0,
      expect.stringContaining("is not what a rotation leaves"),
    ]);
    expect((await pprotect(box, ["doctor"])).stdout).toContain("is not what a rotation leaves");
    expect((await rotate(box, "--via", "touch ran")).status).toBe(1);
    expect(await Bun.file(box.path("ran")).exists()).toBe(false);
  });

  test("when the value is in the store already leaves nothing to do", async () => {
    const box = store();
    const state = `${box.folder}/.local/state/pprotect/pending-rotations`;
    const verify = `cp -r "$HOME/.local/state/pprotect/pending-rotations" "$HOME/saved"`;
    expect((await rotate(box, "--via", ANSWER, "--verify", verify)).status).toBe(0);
    await runProgram(["cp", "-r", `${box.folder}/saved/.`, state], { cwd: box.folder });
    expect(await interrupted(box)).toMatchObject([{ has_value: true }]);
    const next = await rotate(box, "--via", ANSWER.replace(NEW, "third-value-1"));
    expect([next.status, values(box)]).toEqual([0, { db: "third-value-1" }]);
    expect(await interrupted(box)).toEqual([]);
  });
});

test("of two rotations of one secret at once, the second one runs nothing", async () => {
  const box = store();
  const first = rotate(box, "--via", `touch running; while ! test -e go; do sleep 0.05; done; ${ANSWER}`);
  while (!(await Bun.file(box.path("running")).exists())) await Bun.sleep(20);
  const second = await rotate(box, "--via", "touch ran");
  expect([second.status, second.stderr]).toEqual([
    1,
    expect.stringContaining("another process rotates prod/db"),
  ]);
  expect(await Bun.file(box.path("ran")).exists()).toBe(false);
  box.write("go", "");
  expect([(await first).status, values(box)]).toEqual([0, { db: NEW }]);
});

test("Ctrl-C lets the command finish, so that its value is written", async () => {
  const box = store();
  const { status, stderr } = await rotate(box, "--via", `kill -INT $PPID; sleep 0.5; ${ANSWER}`);
  expect([status, stderr]).toEqual([0, expect.stringContaining("press Ctrl-C again to end it")]);
  expect(values(box)).toEqual({ db: NEW });
});

describe("an accepted command", () => {
  const SCRIPT = `#!/bin/sh\n${ANSWER}\n`;

  async function accepted(command: string): Promise<Sandbox> {
    const box = store();
    mkdirSync(box.path("scripts"));
    chmodSync(box.write("scripts/rotate", SCRIPT), 0o755);
    box.write(".pprotect.yaml", `rotation:\n  prod:\n    rotate_via: ${command}\n`);
    expect((await pprotect(box, ["trust", "--hooks", "--yes"])).status).toBe(0);
    return box;
  }

  test("runs beside the store, wherever it is started: a file of its name elsewhere is not run", async () => {
    const box = await accepted("./scripts/rotate");
    mkdirSync(box.path("sub/scripts"), { recursive: true });
    chmodSync(box.write("sub/scripts/rotate", "#!/bin/sh\ntouch planted\n"), 0o755);
    const { status, stderr } = await pprotect(box, ["rotate", "prod/db", "--file", "../protected.yaml"], {
      cwd: box.path("sub"),
    });
    expect([status, stderr, values(box)]).toEqual([0, "Rotated db in prod.\n", { db: NEW }]);
    expect(await Bun.file(box.path("sub/planted")).exists()).toBe(false);
  });

  test.each([
    ["the target of a link", "./link", (box: Sandbox) => box.write("scripts/rotate", `${SCRIPT}#`)],
    [
      "a file in a directory that it enters",
      "cd scripts && ./rotate",
      (box: Sandbox) => box.write("scripts/rotate", `${SCRIPT}#`),
    ],
    [
      "the end of a long file",
      "./scripts/long",
      (box: Sandbox) => box.write("scripts/long", `${"#".repeat(5_000_000)}\nid`),
    ],
    [
      "a file that was not there",
      "./scripts/later || true",
      (box: Sandbox) => box.write("scripts/later", SCRIPT),
    ],
  ])("is not run when %s has changed", async (_, command, change) => {
    const box = store();
    mkdirSync(box.path("scripts"));
    chmodSync(box.write("scripts/rotate", SCRIPT), 0o755);
    chmodSync(box.write("scripts/long", "#".repeat(5_000_000)), 0o755);
    symlinkSync("scripts/rotate", box.path("link"));
    box.write(".pprotect.yaml", `rotation:\n  prod:\n    rotate_via: ${command}\n`);
    const shown = await pprotect(box, ["trust", "--hooks", "--yes"]);
    expect(shown.stdout.length).toBeLessThan(10_000);
    change(box);
    const { status, stderr } = await rotate(box);
    expect([status, stderr]).toEqual([1, expect.stringContaining("are not accepted, or were changed since")]);
  });
});
