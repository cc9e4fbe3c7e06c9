import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { encodeToken, newToken } from "../../src/lease/token.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { findCustodian } from "../../src/store/lookup.ts";
import { custodianFingerprint } from "../../src/store/trust/fingerprint.ts";
import { binary } from "../support/binary.ts";
import { inKeyring, START_LOCKED, storeEntry, UNLOCK } from "../support/keyring.ts";
import { isAnswer } from "../support/output-schema.ts";
import { needs } from "../support/programs.ts";
import { pprotect } from "../support/run.ts";
import { emptyFolder, FRESH_PASSPHRASE, removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, CHEAP, NOW } from "../support/stores.ts";
import { programAtTerminal, type TerminalSession } from "../support/terminal.ts";

afterAll(removeFolders);

const GET = "get prod/token --non-interactive";
const SAVE = "keyring set --passphrase-file alice.pw";

/** The token of a lease that has ended. */
const DEAD_LEASE = encodeToken(newToken());

/** What one command of a session said. */
interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs commands in one session with a keyring, each a line of a shell after `pprotect`. */
async function say(
  start: string,
  box: Sandbox,
  lines: readonly string[],
  home = emptyFolder(),
): Promise<Said[]> {
  const each = lines.map((line) => {
    const run = line.includes("$P") ? line : `$P ${line}`;
    return `{ ${run}; } >out 2>err </dev/null; echo $? >status; cat status; printf '\\1'; cat out; printf '\\1'; cat err; printf '\\2'`;
  });
  const script = [start, `P='${binary()}'`, ...each].join("\n");
  const { stdout } = await inKeyring(script, {
    home,
    cwd: box.folder,
    env: { PPROTECT_USER: ALICE.name },
  });
  return stdout
    .split("\x02")
    .slice(0, -1)
    .map((text) => {
      const [status = "", out = "", err = ""] = text.split("\x01");
      return { status: Number(status), out, err };
    });
}

function entryOf(file: KeyFile, name = ALICE.name): string {
  return custodianFingerprint(findCustodian(file.data, name));
}

/** A store in which alice's name belongs to another key. */
function imposter(): KeyFile {
  return KeyFile.create(NOW)
    .addCustodian({ name: ALICE.name, passphrase: "another" }, CHEAP, NOW)
    .addDomain("prod", ALICE.name, NOW)
    .addSecret("prod", "token", "x", NOW);
}

describe.if(needs("dbus-run-session", "dbus-daemon", "dbus-send", "gnome-keyring-daemon"))(
  "a passphrase in the keyring",
  () => {
    test("is used where none is given, and before none that is", async () => {
      const box = sandbox();
      const said = await say(UNLOCK, box, [
        `${GET}`,
        `${SAVE} --json`,
        "keyring status --json",
        "status --json",
        GET,
        "check --json",
        `PPROTECT_PASSPHRASE=wrong $P ${GET}`,
        `PPROTECT_PASSPHRASE_FILE=missing $P ${GET}`,
        `PPROTECT_PASSPHRASE_COMMAND=false $P ${GET}`,
        `PPROTECT_LEASE=${DEAD_LEASE} $P ${GET}`,
        `PPROTECT_LEASE=${DEAD_LEASE} $P add-owner prod bob@example.com --non-interactive`,
        `${GET} -u ${ALICE.name} --ignore-env`,
        "exec --domain prod --redact -- sh -c 'echo alice-pw; env'",
        "keyring rm --json",
        "keyring rm --json",
        GET,
      ]);
      const required = { status: 1, out: "", err: expect.stringContaining("passphrase required") };
      const works = { status: 0, out: "prod-token", err: "" };
      const refused = (message: string) => ({ status: 1, out: "", err: expect.stringContaining(message) });
      expect(said).toEqual([
        required,
        { status: 0, out: expect.any(String), err: expect.any(String) },
        {
          status: 0,
          out: expect.stringContaining(`"state":"available","reason":null,"users":["alice@`),
          err: expect.any(String),
        },
        {
          status: 0,
          out: expect.stringContaining(`"users":["alice@example.com"]},"active_leases"`),
          err: "",
        },
        works,
        {
          status: 0,
          out: expect.stringContaining('"custodian":"alice@example.com"'),
          err: expect.any(String),
        },
        refused("passphrase from the environment variable PPROTECT_PASSPHRASE"),
        refused("no such file"),
        refused("failed with exit status 1"),
        refused("has ended"),
        required,
        required,
        { status: 0, out: expect.stringMatching(/^\[REDACTED:passphrase\]\n/), err: "" },
        { status: 0, out: expect.stringContaining('"removed":true'), err: expect.any(String) },
        { status: 0, out: expect.stringContaining('"removed":false'), err: expect.any(String) },
        required,
      ]);
      const answers = [1, 2, 3, 13, 14].map((at) => JSON.parse(said[at]?.out ?? ""));
      expect(answers.filter((answer) => !isAnswer(answer))).toEqual([]);
      expect(said.map(({ out, err }) => out + err).join("")).not.toContain(ALICE.passphrase);
    }, 120_000);

    test("belongs to a key: another key under the same name, and another name for it, get nothing", async () => {
      const box = sandbox();
      box.write("imposter.yaml", imposter().toString());
      const pwdkm = findCustodian(box.read().data, ALICE.name);
      const custodians = new Map([...box.read().data.custodians, ["mallory", pwdkm]]);
      box.write("mallory.yaml", KeyFile.from({ ...box.read().data, custodians }).toString());
      const said = await say(UNLOCK, box, [
        SAVE,
        `${GET} --file imposter.yaml`,
        "keyring status --file imposter.yaml",
        `${GET} --file mallory.yaml -u mallory`,
      ]);
      expect(said.slice(1)).toEqual([
        { status: 1, out: "", err: expect.stringContaining("passphrase required") },
        { status: 0, out: "The keyring has no passphrase for this store.\n", err: "" },
        { status: 1, out: "", err: expect.stringContaining("wrong passphrase for mallory") },
      ]);
    }, 120_000);

    test("that is wrong stops, and is taken as it is: a line end belongs to it", async () => {
      const box = sandbox();
      const said = await say(UNLOCK, box, [
        `$P version >/dev/null; ${storeEntry("pprotect", entryOf(box.read()), `${ALICE.passphrase}\n`)}`,
        `printf 'alice-pw\\n' | $P get prod/token`,
      ]);
      const err = said[1]?.err ?? "";
      expect(said[1]).toEqual({ status: 1, out: "", err });
      expect(err).toContain("passphrase from the keyring); the passphrase ends with a line end\n");
      expect(err).toContain("hint: `pprotect keyring rm` removes it");
    }, 120_000);

    test("goes with the key that it was for", async () => {
      const box = sandbox();
      const change =
        "set-key-custodian-passphrase -u alice@example.com --passphrase-file alice.pw --new-passphrase-file fresh.pw --key-type fast";
      const before = entryOf(box.read());
      const said = await say(UNLOCK, box, [
        SAVE,
        change,
        "keyring status",
        GET,
        `$P keyring set --passphrase-file fresh.pw`,
        GET,
      ]);
      expect(box.read().unlock({ name: ALICE.name, passphrase: FRESH_PASSPHRASE })).toBeDefined();
      expect(said[1]?.err).toContain("The keyring had the old passphrase, which was removed");
      expect(said[2]?.out).toBe("The keyring has no passphrase for this store.\n");
      expect(said.slice(3).map(({ status }) => status)).toEqual([1, 0, 0]);
      expect(entryOf(box.read())).not.toBe(before);
    }, 120_000);

    test("that is locked is said in a line, and stops nobody who can type it", async () => {
      const box = sandbox();
      const home = emptyFolder();
      await say(UNLOCK, box, [SAVE], home);
      const said = await say(
        START_LOCKED,
        box,
        [
          GET,
          "printf 'alice-pw\\n' | $P get prod/token",
          "keyring status",
          SAVE,
          "keyring rm",
          "check",
          "status",
        ],
        home,
      );
      expect(said.map(({ status }) => status)).toEqual([1, 0, 0, 1, 1, 0, 0]);
      expect(said[0]?.err).toContain(
        "passphrase required (running with --non-interactive; the keyring is locked)",
      );
      expect(said[1]).toMatchObject({
        out: "prod-token",
        err: expect.stringContaining("warning: the keyring is locked\n"),
      });
      expect(said[2]?.out).toBe(`The keyring has the passphrase of ${ALICE.name}. It is locked.\n`);
      expect([said[3]?.err, said[4]?.err]).toEqual(
        Array(2).fill(expect.stringMatching(/^pprotect: the keyring is locked\nhint: /m)),
      );
      expect(said[5]?.out).not.toContain("opened as");
      expect(said[6]?.out).toBe(`Keyring (locked):\n  the passphrase of ${ALICE.name}\n`);
    }, 120_000);
  },
);

describe.if(needs("dbus-run-session", "dbus-daemon", "dbus-send", "gnome-keyring-daemon"))(
  "a prompt offers to save the passphrase",
  () => {
    /** A shell at a terminal in a session with a keyring. */
    async function shell(box: Sandbox): Promise<TerminalSession> {
      const script = `${UNLOCK}; PS1='READY> ' exec sh -i`;
      const session = programAtTerminal(["dbus-run-session", "--", "sh", "-c", script], {
        cwd: box.folder,
        env: { XDG_RUNTIME_DIR: box.folder, PPROTECT_USER: ALICE.name, HOME: box.folder },
      });
      await session.waitFor("READY> ");
      return session;
    }
    const offer = "Save in the keyring? [y/N] ";

    test("once: after no it is not asked again, after yes there is nothing to ask", async () => {
      const box = sandbox();
      const session = await shell(box);
      const get = `${binary()} get prod/token`;
      await session.answer("", get);
      await session.answer("Passphrase: ", "wrong");
      await session.answer("Passphrase: ", ALICE.passphrase);
      await session.answer(offer, "n");
      await session.waitFor("prod-token");
      await session.answer("READY> ", get);
      await session.answer("Passphrase: ", ALICE.passphrase);
      await session.waitFor("prod-token");
      expect(session.screen().split(offer)).toHaveLength(2);

      await session.answer("READY> ", "rm -r .local/state/pprotect");
      await session.answer("READY> ", `${get} --json`);
      await session.answer("Passphrase: ", ALICE.passphrase);
      await session.answer("READY> ", get);
      // A line that was typed ahead is not an answer to it.
      await session.waitFor("Passphrase: ");
      session.type(`${ALICE.passphrase}\rtrue\r`);
      await session.waitFor("READY> ");
      expect(session.screen().split(offer)).toHaveLength(2);

      session.type(`${get}\r`);
      await session.answer("Passphrase: ", ALICE.passphrase);
      await session.answer(offer, "y");
      await session.waitFor("Saved. `pprotect keyring rm` removes it.");
      await session.waitFor("prod-token");
      await session.answer("READY> ", get);
      await session.waitFor("prod-token");
      expect(session.screen().split("Passphrase: ")).toHaveLength(7);
      expect(session.screen()).not.toContain(ALICE.passphrase);
      await session.answer("READY> ", "exit");
      await session.exited;
      expect(existsSync(box.path(".local/state/pprotect/keyring-declined"))).toBe(false);
      expect(readFileSync(box.path(".local/share/keyrings/login.keyring")).includes(ALICE.passphrase)).toBe(
        false,
      );
    }, 120_000);
  },
);

describe("without a keyring", () => {
  test("every command of it says so, and nothing else knows of it", async () => {
    const box = sandbox();
    const inBox = { cwd: box.folder, env: { PPROTECT_USER: ALICE.name } };
    for (const args of [
      ["keyring", "set", "--passphrase-file", box.alice],
      ["keyring", "rm"],
    ]) {
      const { status, stderr } = await pprotect(args, inBox);
      expect([status, stderr]).toEqual([
        1,
        "pprotect: there is no keyring to use: this session has no D-Bus\n" +
          "hint: `pprotect unlock` keeps a store open for a while without one\n",
      ]);
    }
    const status = await pprotect(["keyring", "status"], inBox);
    expect([status.status, status.stdout]).toEqual([
      0,
      "There is no keyring to use: this session has no D-Bus.\n",
    ]);
    const dead = { ...inBox, env: { ...inBox.env, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" } };
    const get = await pprotect(GET.split(" "), dead);
    expect([get.status, get.stderr]).toEqual([
      1,
      expect.stringContaining("passphrase required (running with --non-interactive)\n"),
    ]);
  });

  test.if(needs("dbus-run-session", "dbus-daemon", "dbus-send", "gnome-keyring-daemon"))(
    "that answers, it is not waited for without an end",
    async () => {
      const box = sandbox();
      const path = box.path("bus");
      const server = createServer(() => undefined).listen(path);
      const env = { PPROTECT_USER: ALICE.name, DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` };
      const { status, stderr } = await pprotect(GET.split(" "), { cwd: box.folder, env });
      server.close();
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining(
          "passphrase required (running with --non-interactive; the keyring did not answer within 5 s)",
        ),
      ]);
    },
    120_000,
  );
});
