import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { binary } from "../support/binary.ts";
import { cleanEnvironment, pprotect, runProgram } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, NAMES_NOTE, sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

/** Runs a command with the secrets of a domain. */
function exec(box: Sandbox, options: readonly string[], command: readonly string[], extra = {}) {
  return pprotect(["exec", "--domain", "dev", ...options, "--", ...command], {
    cwd: box.folder,
    env: { ...env, ...extra },
  });
}

/** The variables that a program sees. */
async function variables(
  box: Sandbox,
  options: readonly string[],
  extra = {},
): Promise<Record<string, string>> {
  const { stdout, stderr } = await exec(box, options, ["env", "-0"], extra);
  expect(stderr).toMatch(/^(?:note: shells cannot use variables named .*\n)?$/);
  return Object.fromEntries(
    stdout
      .split("\0")
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

const box = sandbox();

describe("the program gets", () => {
  test("the exact secrets, and our environment without credentials", async () => {
    const seen = await variables(box, [], { OTHER: "kept", PPROTECT_ENV_PREFIX: "PPROTECT" });
    expect(seen).toMatchObject({
      "api-key": "dev-api-key",
      "db-password": 'it\'s "dev" $HOME',
      OTHER: "kept",
    });
    expect(Object.keys(seen).filter((name) => name.startsWith("PPROTECT"))).toEqual([]);
  });

  test("no credentials of another prefix either", async () => {
    const extra = { APP_USER: ALICE.name, APP_PASSPHRASE: ALICE.passphrase };
    const seen = await variables(box, ["--env-prefix", "APP"], extra);
    expect(Object.keys(seen).filter((name) => /^(?:APP|PPROTECT)_/.test(name))).toEqual([]);
    expect(Object.values(seen)).not.toContain(ALICE.passphrase);
  });

  test("a note, once, of names that no shell can use, unless --uppercase makes others of them", async () => {
    expect((await exec(box, [], ["true"])).stderr).toBe(NAMES_NOTE);
    expect((await exec(box, ["--uppercase"], ["true"])).stderr).toBe("");
    expect((await exec(box, ["--json"], ["true"])).stderr).toBe("");
    const many = sandbox(
      ["a-a", "b-b", "c-c"]
        .reduce((file, name) => file.addSecret("dev", name, "x"), sampleStore())
        .toString(),
    );
    expect((await exec(many, [], ["true"])).stderr).toBe(
      "note: shells cannot use variables named a-a, api-key, b-b and 2 more; with --uppercase: A_A\n",
    );
  });

  test("no credentials of the prefix that PPROTECT_ENV_PREFIX sets, when --env-prefix sets another", async () => {
    const extra = {
      PPROTECT_ENV_PREFIX: "CI",
      CI_USER: "x",
      CI_PASSPHRASE: "y",
      CI_PASSPHRASE_FILE: "z",
      A_USER: ALICE.name,
      A_PASSPHRASE: ALICE.passphrase,
    };
    const seen = await variables(box, ["--env-prefix", "A"], extra);
    expect(Object.keys(seen).filter((name) => /^(?:A|CI|PPROTECT)_/.test(name))).toEqual([]);
  });

  test("shell-friendly names with --uppercase and --prefix", async () => {
    const seen = await variables(box, ["--uppercase", "--prefix", "APP"]);
    expect(seen).toMatchObject({ APP_API_KEY: "dev-api-key" });
    expect(seen).not.toHaveProperty("api-key");
  });

  test("little else with --no-passthrough", async () => {
    const seen = await variables(box, ["--no-passthrough"], { OTHER: "not kept", TERM: "dumb" });
    expect(Object.keys(seen).toSorted()).toEqual(["HOME", "PATH", "TERM", "api-key", "db-password"]);
  });

  test("and what is to be kept, but never a credential", async () => {
    const extra = { OTHER: "kept", MORE: "not kept" };
    const seen = await variables(box, ["--no-passthrough", "--keep", "OTHER"], extra);
    expect(seen).toHaveProperty("OTHER", "kept");
    expect(seen).not.toHaveProperty("MORE");
    const refused = await exec(box, ["--no-passthrough", "--keep", "PPROTECT_PASSPHRASE"], ["echo", "ran"]);
    expect([refused.status, refused.stdout]).toEqual([1, ""]);
  });

  test("only the secrets that are chosen, and no other is opened", async () => {
    const sealedElsewhere = sampleStore().addSecret("dev", "broken", "x");
    const own = sealedElsewhere.data.domains.get("dev")?.secrets.get("broken") ?? "";
    const other = sampleStore().data.domains.get("prod")?.secrets.get("token") ?? "";
    const damaged = sandbox(sealedElsewhere.toString().replace(own, other));
    expect((await exec(damaged, [], ["echo", "ran"])).stderr).toContain(
      'cannot open secret "broken" in domain "dev"',
    );
    expect(await variables(damaged, ["--only", "api-*"])).toHaveProperty("api-key", "dev-api-key");
    expect(await variables(damaged, ["--except", "broken"])).not.toHaveProperty("broken");
  });

  test("the secrets of several domains; one that two give is refused unless the later may win", async () => {
    const both = sandbox(sampleStore().addSecret("prod", "api-key", "prod-api-key").toString());
    expect(await variables(both, ["--domain", "prod", "--except", "api-key"])).toMatchObject({
      "db-password": 'it\'s "dev" $HOME',
      token: "prod-token",
    });
    const refused = await exec(both, ["--domain", "prod"], ["echo", "ran"]);
    expect([refused.status, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain('"dev" and "prod" both define variable api-key');
    expect(await variables(both, ["--domain", "prod", "--override"])).toHaveProperty(
      "api-key",
      "prod-api-key",
    );
  });

  test("its arguments untouched: options, help, underscores, empty ones and more dashes", async () => {
    const args = ["--help", "-h", "--file", "a_b", "", "--", "--a_b", "list_domains", "it's \n"];
    const { stdout } = await exec(box, [], ["printf", "%s\\0", ...args]);
    expect(stdout.split("\0").slice(0, -1)).toEqual(args);
  });

  test("standard input, output and error of its own", async () => {
    const result = await pprotect(["exec", "--domain", "dev", "--", "sh", "-c", "cat; echo err >&2"], {
      cwd: box.folder,
      env,
      input: "through",
    });
    expect([result.stdout, result.stderr]).toEqual(["through", `${NAMES_NOTE}err\n`]);
  });

  test("no file of ours: only its three descriptors are open", async () => {
    const { stdout } = await exec(box, [], ["sh", "-c", "ls /proc/self/fd | wc -l"]);
    // `ls` itself holds the folder open.
    expect(stdout.trim()).toBe("4");
  });

  test("pipes that block as they did: much output to a slow reader is not cut", async () => {
    const command = `'${binary()}' exec --domain dev -- head -c 1000000 /dev/zero | { sleep 0.3; wc -c; }`;
    const result = await runProgram(["sh", "-c", command], { cwd: box.folder, env });
    expect([result.stdout.trim(), result.stderr]).toEqual(["1000000", NAMES_NOTE]);
  });

  test("signals as any program has them: nothing ignored, nothing blocked", async () => {
    const { stdout } = await exec(box, [], ["grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status"]);
    expect(stdout).toMatch(/^SigBlk:\t0+\nSigIgn:\t0+\n$/);
  });
});

describe("the exit status is the program's", () => {
  test.each([0, 1, 3, 42, 255])("%d", async (status) => {
    expect((await exec(box, [], ["sh", "-c", `exit ${status}`])).status).toBe(status);
  });

  test("127 when it is not found, 126 when it cannot run", async () => {
    const plain = box.write("plain", "text");
    chmodSync(plain, 0o644);
    const missing = await exec(box, [], ["no-such-program"]);
    expect([missing.status, missing.stderr]).toEqual([
      127,
      `${NAMES_NOTE}pprotect: command not found: no-such-program\n`,
    ]);
    const domain = await exec(box, [], ["dev", "--", "true"]);
    expect([domain.status, domain.stderr]).toEqual([
      127,
      `${NAMES_NOTE}pprotect: command not found: dev\nhint: "dev" is a domain: \`pprotect exec --domain dev -- PROGRAM\`\n`,
    ]);
    expect((await exec(box, [], [plain])).status).toBe(126);
    expect((await exec(box, [], [box.folder])).status).toBe(126);
  });

  test("a script without #! runs in the shell", async () => {
    const script = box.write("script", 'printf %s "$1"\n');
    chmodSync(script, 0o755);
    expect((await exec(box, [], [script, "arg"])).stdout).toBe("arg");
  });

  test("a writer whose reader goes away ends by SIGPIPE", async () => {
    const command = `'${binary()}' exec --domain dev -- sh -c 'yes; echo "ended $?" >&2' | head -n 1`;
    const result = await runProgram(["sh", "-c", command], { cwd: box.folder, env });
    expect([result.stdout, result.stderr]).toEqual(["y\n", `${NAMES_NOTE}ended 141\n`]);
  });
});

describe("the program takes our place", () => {
  test("so that a signal to our process reaches it, and it can clean up", async () => {
    const script = "trap 'echo cleaned; exit 7' TERM; echo $$; while :; do sleep 0.05; done";
    const child = Bun.spawn([binary(), "exec", "--domain", "dev", "--", "sh", "-c", script], {
      cwd: box.folder,
      env: cleanEnvironment(box.folder, env),
      stdout: "pipe",
    });
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    expect(Number(Buffer.from(value ?? []).toString())).toBe(child.pid);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(7);
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("cleaned\n");
  });

  test("and dies of a signal as itself", async () => {
    const child = Bun.spawn([binary(), "exec", "--domain", "dev", "--", "sh", "-c", "kill -KILL $$"], {
      cwd: box.folder,
      env: cleanEnvironment(box.folder, env),
    });
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
  });
});

test.concurrent.each([[[]], [["--redact"]]])(
  "--ttl counts from the start of the program, which gets nothing of it: %j",
  async (options) => {
    const slow = ["--passphrase-command", `sleep 4; cat '${box.alice}'`, "--ttl", "4s", ...options];
    const script = "env | grep -c PPROTECT; ls /proc/self/fd | wc -l; exec sleep 600";
    const args = ["exec", "--domain", "prod", "-u", ALICE.name, ...slow, "--", "sh", "-c", script];
    const { status, stdout } = await pprotect(args, { cwd: box.folder });
    expect([status, stdout.split("\n").map((line) => line.trim())]).toEqual([124, ["0", "4", ""]]);
  },
);

describe("exec refuses", () => {
  test("to go without --domain, or without a command", async () => {
    const run = (args: readonly string[]) => pprotect(["exec", ...args], { cwd: box.folder, env });
    expect((await run(["--", "true"])).stderr).toContain("exec needs --domain");
    expect((await run(["--domain", "dev"])).stderr).toContain("exec needs a program");
    expect((await run(["--domain", "dve", "--", "true"])).stderr).toContain('no domain "dve"');
  });

  const withSecrets = (secrets: Readonly<Record<string, string>>): Sandbox =>
    sandbox(
      Object.entries(secrets)
        .reduce((file, [name, value]) => file.addSecret("dev", name, value), sampleStore())
        .toString(),
    );

  test("two secrets that get one name", async () => {
    const colliding = withSecrets({ API_KEY: "x" });
    const result = await exec(colliding, ["--uppercase"], ["echo", "ran"]);
    expect([result.status, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toContain("API_KEY");
    expect((await exec(colliding, [], ["echo", "ran"])).status).toBe(0);
  });

  test.each(["PATH", "LD_PRELOAD", "BASH_ENV", "NODE_OPTIONS"])("a secret named %s", async (name) => {
    const hostile = withSecrets({ [name]: "/tmp/evil" });
    const result = await exec(hostile, [], ["echo", "ran"]);
    expect([result.status, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toContain(name);
    expect((await exec(hostile, ["--prefix", "APP"], ["echo", "ran"])).stdout).toBe("ran\n");
  });

  test("a secret that steers programs, unless it is named", async () => {
    const hostile = withSecrets({ KUBECONFIG: "evil", PPROTECT_USER: "mallory" });
    const refused = await exec(hostile, ["--except", "PPROTECT_*"], ["echo", "ran"]);
    expect([refused.status, refused.stdout, refused.stderr]).toEqual([
      1,
      "",
      'pprotect: secret "KUBECONFIG" would set KUBECONFIG, which can change what programs run, trust or connect to\n' +
        "hint: to allow it, name it: --only KUBECONFIG, or list it in .secrets.json; or use --prefix, or --except\n",
    ]);
    const named = ["--only", "KUBECONFIG"];
    expect((await exec(hostile, named, ["printenv", "KUBECONFIG"])).stdout).toBe("evil\n");
    expect((await exec(hostile, ["--only", "PPROTECT_USER"], ["true"])).stderr).toContain(
      "a setting of pprotect",
    );
    hostile.write(
      ".secrets.json",
      '{"domain":"dev","secrets":[{"name":"KUBECONFIG","env_var":"KUBECONFIG"}]}',
    );
    const listed = await pprotect(["exec", "--", "printenv", "KUBECONFIG"], { cwd: hostile.folder, env });
    expect(listed.stdout).toBe("evil\n");
  });

  test.each(["env", "shell"])("but printing them in the format %s is noted", async (format) => {
    const hostile = withSecrets({ KUBECONFIG: "evil" });
    const print = (command: readonly string[]) =>
      pprotect([...command, "--output-format", format], { cwd: hostile.folder, env });
    const note =
      'note: secret "KUBECONFIG" would set KUBECONFIG, which can change what programs run, trust or connect to\n';
    const printed = await print(["env", "--domain", "dev", "--uppercase", "--except", "db-password"]);
    expect([printed.status, printed.stderr]).toEqual([0, note]);
    const only = await print(["decrypt-domain", "dev", "--secret", "KUBECONFIG"]);
    expect([only.status, only.stderr]).toEqual([0, note]);
    const code = withSecrets({ BASH_ENV: "evil" });
    const refused = await pprotect(
      ["decrypt-domain", "dev", "--secret", "BASH_ENV", "--output-format", format],
      {
        cwd: code.folder,
        env,
      },
    );
    expect([refused.status, refused.stdout]).toEqual([1, ""]);
  });

  test("a glob that matches nothing, before any passphrase is asked for", async () => {
    const result = await pprotect(["exec", "--domain", "dev", "--only", "api-kez", "--", "echo", "ran"], {
      cwd: box.folder,
    });
    expect([result.status, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toBe(
      'pprotect: --only "api-kez" matches no secrets\nhint: did you mean "api-key"?\n',
    );
  });

  test("wrong credentials, and runs nothing", async () => {
    const result = await exec(box, [], ["echo", "ran"], { PPROTECT_PASSPHRASE: "wrong" });
    expect([result.status, result.stdout]).toEqual([1, ""]);
  });
});
