import { resolve } from "node:path";
import { emptyFolder } from "./sandbox.ts";

/** What the keyring of {@link inKeyring} is unlocked with. */
const PASSWORD = "password of a keyring";

/** Prints the number of the keyring's process. */
const FIND_DAEMON =
  "dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / " +
  "org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets 2>/dev/null | grep -o '[0-9]*$'";
/** Waits until the keyring answers. Its process is `$daemon` from then on. */
const WAIT = `until daemon=$(${FIND_DAEMON}); do sleep 0.05; done`;

/** Unlocks the keyring of the session; the first time, this creates it. */
export const UNLOCK = `printf '${PASSWORD}' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; ${WAIT}`;
/** Starts the keyring of the session, locked. */
export const START_LOCKED = `gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1; ${WAIT}`;

/** Writes an entry of the keyring, as `Bun.secrets` finds it. */
export function storeEntry(service: string, account: string, value: string): string {
  const code = `await Bun.secrets.set(${JSON.stringify({ service, name: account, value })})`;
  return `'${process.execPath}' -e '${code}'`;
}

/** A command that runs a file of the tests in Bun. */
export function runFile(file: string, ...words: readonly string[]): string {
  return [process.execPath, resolve(import.meta.dir, file), ...words].map((word) => `'${word}'`).join(" ");
}

/**
 * Runs a shell script in a session of its own, with a D-Bus and a home directory where a keyring is kept.
 *
 * @param home of an earlier session, for the same keyring
 * @returns standard output and standard error
 */
export async function inKeyring(
  script: string,
  { home = emptyFolder(), env = {}, cwd = home }: KeyringOptions = {},
): Promise<{ status: number; stdout: string; stderr: string }> {
  const child = Bun.spawn(["dbus-run-session", "--", "sh", "-c", script], {
    cwd,
    // Leases of tests that run at the same time may be among the system's temporary files.
    env: { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home, TMPDIR: home, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, stdout, stderr: stderr.replace(/^dbus-daemon\[.*\n/gm, "") };
}

interface KeyringOptions {
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}
