import { afterAll, describe, expect, test } from "bun:test";
import { inKeyring, runFile, START_LOCKED, storeEntry, UNLOCK } from "../support/keyring.ts";
import { needs } from "../support/programs.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const read = (service: string, account: string, ...ms: readonly string[]): string =>
  runFile("../system/read-keyring.ts", service, account, ...ms);
const linesOf = (text: string): unknown[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe.if(needs("dbus-run-session", "dbus-daemon", "dbus-send", "gnome-keyring-daemon"))(
  "an entry of the system's keyring",
  () => {
    test("is read, is missing, or is locked, which is an error and not a missing entry", async () => {
      const home = emptyFolder();
      const unlocked = `${UNLOCK}; ${storeEntry("app", "db", "a b\nü")}; ${read("app", "db")}; ${read("app", "no")}`;
      expect(linesOf((await inKeyring(unlocked, { home })).stdout)).toEqual([
        { kind: "found", value: "a b\nü" },
        { kind: "missing" },
      ]);
      const locked = `${START_LOCKED}; ${read("app", "db")}; ${read("app", "no")}`;
      expect(linesOf((await inKeyring(locked, { home })).stdout)).toEqual([
        { code: "keyring_unavailable", message: "the keyring is locked" },
        { kind: "missing" },
      ]);
    }, 120_000);

    test("of a keyring that does not answer is an error, and the process ends", async () => {
      const script = `${UNLOCK}; kill -STOP $daemon; ${read("app", "db", "1000")}; kill -KILL $daemon`;
      expect(linesOf((await inKeyring(script)).stdout)).toEqual([
        { code: "keyring_unavailable", message: "the keyring did not answer within 1 s" },
      ]);
    }, 120_000);
  },
);

test("without a session bus there is no keyring, and that is said at once", async () => {
  const child = Bun.spawn(["sh", "-c", read("app", "db")], {
    env: { PATH: process.env.PATH, HOME: emptyFolder(), DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" },
    stdout: "pipe",
  });
  expect(linesOf(await new Response(child.stdout).text())).toEqual([
    { kind: "unavailable", reason: expect.stringMatching(/./) },
  ]);
});
