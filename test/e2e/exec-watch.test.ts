import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { binary } from "../support/binary.ts";
import { cleanEnvironment, pprotect } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";
import { until } from "../support/until.ts";

afterAll(removeFolders);

/** ms in which a restart that must not come would have come. */
const QUIET_MS = 1_500;

/** A program that says with which values it was started, and how it ended. */
const SERVER = `trap 'echo ended; exit 7' TERM
echo "started $token $key"
while :; do sleep 0.05; done`;

interface Watched {
  readonly box: Sandbox;
  /** Waits for a text in what came since the last wait. */
  waitFor(text: string): Promise<void>;
  /** All that the program and pprotect have said. */
  said(): string;
  /** Changes the store with the command line, as another process. */
  run(line: string, input?: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<number>;
}

function watch(...args: readonly string[]): Watched {
  const box = sandbox();
  const output = box.path("output");
  const as = ["-u", ALICE.name, "--passphrase-file", box.alice];
  const child = Bun.spawn(
    [
      "sh",
      "-c",
      'exec "$0" "$@" >output 2>&1',
      binary(),
      "exec",
      "--watch",
      "--domain",
      "prod",
      ...as,
      ...args,
    ],
    { cwd: box.folder, env: cleanEnvironment(box.folder), stdin: "ignore" },
  );
  const said = () => (existsSync(output) ? readFileSync(output, "utf8") : "");
  let seen = 0;
  return {
    box,
    said,
    async waitFor(text) {
      await until(
        () => said().includes(text, seen),
        () => `${said()} did not have "${text}"`,
      );
      seen = said().indexOf(text, seen) + text.length;
    },
    async run(line, input = "") {
      const { status, stderr } = await pprotect(line.split(" "), { cwd: box.folder, input });
      expect([line, status, stderr]).toEqual([line, 0, stderr]);
    },
    kill: (signal) => child.kill(signal),
    exited: child.exited,
  };
}

const PLAIN = ["--", "sh", "-c", SERVER];
const AS_ALICE = `-u ${ALICE.name} --passphrase-file alice.pw`;

describe("exec --watch", () => {
  test.concurrent("starts the program again with the new value, and for nothing else", async () => {
    const watched = watch(...PLAIN);
    const { box } = watched;
    await watched.waitFor("started prod-token \n");
    await watched.run("set-secret prod token", "second");
    await watched.waitFor("pprotect: token changed; starting sh again\n");
    await watched.waitFor("ended\n");
    await watched.waitFor("started second \n");

    // Another secret, another domain's, a new key with the same value, and what is no store at all.
    await watched.run("set-secret dev api-key", "other");
    await watched.run(`rotate-domain-keys prod ${AS_ALICE} --yes`);
    await Bun.sleep(QUIET_MS);
    const good = readFileSync(box.store, "utf8");
    for (const bad of ["garbage: [", "<<<<<<< ours\n", ""]) {
      writeFileSync(box.store, bad);
      if (bad.startsWith("garbage")) await watched.waitFor("warning: sh goes on with");
      await Bun.sleep(QUIET_MS);
    }
    // As git checkout and editors do it.
    writeFileSync(box.path("new.yaml"), good);
    renameSync(box.path("new.yaml"), box.store);
    await Bun.sleep(QUIET_MS);
    expect(watched.said().split("started")).toHaveLength(3);
    expect(watched.said().split("warning: sh goes on with the secrets that it has: ")).toHaveLength(2);

    await watched.run("set-secret prod token", "third");
    await watched.waitFor("started third \n");
    watched.kill("SIGTERM");
    expect(await watched.exited).toBe(7);
    expect(watched.said()).toEndWith("started third \nended\n");
    // The values are on no other line.
    expect(watched.said().match(/prod-token|second|third/g)).toHaveLength(3);
  });

  test.concurrent("ends with the program's status, when that ends by itself", async () => {
    const watched = watch("--", "sh", "-c", "exit 9");
    expect(await watched.exited).toBe(9);
    const killed = watch("--", "sh", "-c", "kill -KILL $$");
    expect(await killed.exited).toBe(137);
  });

  test.concurrent("with --as-file: the new file has the new value, and the old one is gone", async () => {
    const watched = watch("--as-file", "token", "--", "sh", "-c", `cat "$token"; echo; ${SERVER}`);
    await watched.waitFor("prod-token\n");
    await watched.waitFor("started /");
    await watched.run("set-secret prod token", "second");
    await watched.waitFor("second\n");
    await watched.waitFor("started /");
    const [old = "", fresh = ""] = [...watched.said().matchAll(/^started (\S+)/gm)].map(([, path]) => path);
    expect([existsSync(old), readFileSync(fresh, "utf8")]).toEqual([false, "second"]);
    watched.kill("SIGTERM");
    expect(await watched.exited).toBe(7);
    expect(existsSync(fresh)).toBe(false);
  });

  test.concurrent("with --while: it ends after restarts too", async () => {
    const watched = watch("--while", "test ! -e over", "--every", "0.1s", "--misses", "1", ...PLAIN);
    await watched.waitFor("started prod-token");
    await watched.run("set-secret prod token", "second");
    await watched.waitFor("started second");
    watched.box.write("over", "");
    expect(await watched.exited).toBe(124);
    expect(watched.said()).toContain("sh was ended: the command of --while failed once");
  });

  test.concurrent("with a manifest: what it names counts, and a new secret of it", async () => {
    const box = sandbox();
    const secrets = (...names: readonly string[]) =>
      JSON.stringify({
        secrets: names.map((name) => ({
          name,
          domain: name === "token" ? "prod" : "dev",
          env_var: name === "token" ? "token" : "key",
        })),
      });
    box.write(".secrets.json", secrets("token"));
    const child = Bun.spawn(
      [
        "sh",
        "-c",
        'exec "$0" "$@" >output 2>&1',
        binary(),
        "exec",
        "--watch",
        "-u",
        ALICE.name,
        "--passphrase-file",
        box.alice,
        ...PLAIN,
      ],
      { cwd: box.folder, env: cleanEnvironment(box.folder), stdin: "ignore" },
    );
    const said = () => (existsSync(box.path("output")) ? readFileSync(box.path("output"), "utf8") : "");
    const waitFor = (text: string) =>
      until(
        () => said().includes(text),
        () => `${said()} did not have "${text}"`,
      );
    await waitFor("started prod-token \n");
    box.write(".secrets.json", secrets("token", "api-key"));
    await waitFor("pprotect: api-key changed; starting sh again\n");
    await waitFor("started prod-token dev-api-key\n");
    child.kill("SIGTERM");
    expect(await child.exited).toBe(7);
  });

  test("is refused with what cannot be started again", async () => {
    const box = sandbox();
    const args = ["exec", "--watch", "--domain", "prod", "--redact", "--", "true"];
    const redacted = await pprotect(args, { cwd: box.folder });
    expect([redacted.status, redacted.stderr]).toEqual([
      1,
      "pprotect: --watch cannot be combined with --redact\n",
    ]);
    const fenced = await pprotect(args.toSpliced(4, 1), {
      cwd: box.folder,
      env: { PPROTECT_NO_PLAINTEXT: "1" },
    });
    expect(fenced.stderr).toBe("pprotect: --watch cannot be combined with PPROTECT_NO_PLAINTEXT\n");
  });
});
