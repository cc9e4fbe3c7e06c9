import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { KeyFile } from "../../src/store/key-file.ts";
import { binary } from "../support/binary.ts";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { type Result, runProgram } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, CHEAP, NOW, secretsOf } from "../support/stores.ts";

afterAll(removeFolders);

const OLD = "old-8Jd92kQ-value";

/** A store whose `prod` has one secret, `db-password`. */
function store(): Sandbox {
  return sandbox(
    KeyFile.create(NOW)
      .addCustodian(ALICE, CHEAP, NOW)
      .addDomain("prod", ALICE.name, NOW)
      .addSecret("prod", "db-password", OLD, NOW)
      .toString(),
  );
}

function rotate(box: Sandbox, args: readonly string[], input = ""): Promise<Result> {
  return pprotect(box, ["rotate", ...args], input);
}

function pprotect(box: Sandbox, args: readonly string[], input = "", more = {}): Promise<Result> {
  const env = { ...GIT_IDENTITY, ...more, PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
  return runProgram([binary(), ...args], { cwd: box.folder, input, env });
}

const values = (box: Sandbox): Record<string, string> => secretsOf(box.read(), "prod", ALICE);

describe("a value", () => {
  test("is generated, in one log entry", async () => {
    const box = store();
    const { status, stderr } = await rotate(box, ["prod/db-password", "--generate", "40"]);
    expect([status, stderr]).toEqual([0, expect.stringContaining("Rotated db-password in prod.\n")]);
    expect(values(box)["db-password"]).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(box.read().data.auditLog.slice(-1)[0]).toEndWith("updated secret db-password in prod");
  });

  test("is read from a file, and the keys of the domain are replaced too", async () => {
    const box = store();
    box.write("new", "another-value-77");
    const before = box.read().data.domains.get("prod")?.publicKey;
    const { status } = await rotate(box, ["prod", "db-password", "--value-file", "new", "--also-keys"]);
    expect([status, values(box)["db-password"]]).toEqual([0, "another-value-77"]);
    expect(box.read().data.domains.get("prod")?.publicKey).not.toBe(before);
  });

  test("is asked for nowhere: what makes it has to be said", async () => {
    const { status, stderr } = await rotate(store(), ["prod/db-password"], "piped\n");
    expect([status, stderr]).toEqual([1, expect.stringContaining("use --generate, --value-file or --via")]);
  });
});

describe("a command", () => {
  const HOOK = `read -r line; old=$(cat <&3); echo "$line" >seen; echo "old is $old" >&2; printf '{"value":"%s-2"}\\n' "$old"`;

  test("gets the old value on descriptor 3 and a line of JSON, answers in JSON, and its output is redacted", async () => {
    const box = store();
    const { status, stdout, stderr } = await rotate(box, ["prod/db-password", "--via", HOOK]);
    expect([status, values(box)["db-password"]]).toEqual([0, `${OLD}-2`]);
    expect(stderr).toContain("old is [REDACTED:db-password]\n");
    expect(stdout + stderr).not.toContain(OLD);
    expect(await Bun.file(box.path("seen")).text()).toBe(
      '{"action":"rotate","domain":"prod","secret":"db-password"}\n',
    );
  });

  test("gets neither the passphrase nor the token of a lease", async () => {
    const box = store();
    const script = 'env >vars; cat <&3 >/dev/null; echo \'{"value":"n-1234"}\'';
    const lease = { PPROTECT_LEASE: "0".repeat(22) };
    await pprotect(box, ["rotate", "prod/db-password", "--via", script], "", lease);
    expect(await Bun.file(box.path("vars")).text()).not.toMatch(/PPROTECT_(?:PASSPHRASE|USER|LEASE)/);
  });

  test("tries the new value before it is written", async () => {
    const box = store();
    const verify = 'test "$DB_PASSWORD" = try-me-now && test "$(cat <&3)" = old-8Jd92kQ-value';
    box.write("new", "try-me-now");
    const good = await rotate(box, ["prod/db-password", "--value-file", "new", "--verify", verify]);
    expect([good.status, values(box)["db-password"]]).toEqual([0, "try-me-now"]);
    box.write("new", "not-this-one");
    const bad = await rotate(box, [
      "prod/db-password",
      "--value-file",
      "new",
      "--verify",
      "echo $DB_PASSWORD; false",
    ]);
    expect([bad.status, values(box)["db-password"]]).toEqual([1, "try-me-now"]);
    expect(bad.stderr).toContain("[REDACTED:db-password]\n");
    expect(bad.stderr).toContain(
      'verify command of "prod/db-password" failed with exit status 1; the store is unchanged',
    );
  });

  test.each([
    ["fails", "exit 3", "failed with exit status 3"],
    ["answers with something else", "echo hello", "did not answer with a line of JSON"],
    ["answers with the old value", `printf '{"value":"%s"}' "$(cat <&3)"`, "answered with the old value"],
    ["takes too long", "sleep 60", "took longer than 1 second;"],
  ])("that %s leaves the old value", async (_, command, message) => {
    const box = store();
    const { status, stdout, stderr } = await rotate(box, [
      "prod/db-password",
      "--timeout",
      "1s",
      "--via",
      command,
    ]);
    expect([status, values(box)["db-password"]]).toEqual([1, OLD]);
    expect(stderr).toContain(message);
    expect(stdout + stderr).not.toContain(OLD);
  });

  test("whose secret another process changed meanwhile leaves that value", async () => {
    const box = store();
    const change = `printf meanwhile-55 | ${binary()} update-secret prod db-password; echo '{"value":"made-99"}'`;
    const { status, stderr } = await rotate(box, ["prod/db-password", "--via", change]);
    expect([status, values(box)["db-password"]]).toEqual([1, "meanwhile-55"]);
    expect(stderr).toContain("another process changed prod/db-password in the meantime");
  });
});

describe("a command of .pprotect.yaml", () => {
  const CONFIG = "rotation:\n  prod:\n    rotate_via: ./rotate.sh\n";
  const SCRIPT = '#!/bin/sh\ncat <&3 >/dev/null; echo \'{"value":"by-script-1"}\'\n';

  function configured(): Sandbox {
    const box = store();
    box.write(".pprotect.yaml", CONFIG);
    chmodSync(box.write("rotate.sh", SCRIPT), 0o755);
    return box;
  }

  test("runs only when it was accepted, with the files that it names as they are", async () => {
    const box = configured();
    const refused = await rotate(box, ["prod/db-password"]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("are not accepted")]);
    const shown = await pprotect(box, ["trust", "--hooks"], "y\n");
    expect([shown.status, shown.stdout]).toEqual([
      0,
      expect.stringContaining(`prod rotate_via: ./rotate.sh`),
    ]);
    expect(shown.stdout).toContain(SCRIPT.trimEnd());
    expect((await rotate(box, ["prod/db-password"])).status).toBe(0);
    expect(values(box)["db-password"]).toBe("by-script-1");
    box.write("rotate.sh", `${SCRIPT}# planted\n`);
    expect((await rotate(box, ["prod/db-password"])).stderr).toContain("or were changed since");
    box.write("rotate.sh", SCRIPT);
    box.write(".pprotect.yaml", CONFIG.replace("./rotate.sh", "./rotate.sh; id"));
    expect((await rotate(box, ["prod/db-password"])).stderr).toContain("or were changed since");
  });

  test("is not accepted by anything but a yes", async () => {
    const box = configured();
    expect((await pprotect(box, ["trust", "--hooks"], "n\n")).status).toBe(1);
    expect((await rotate(box, ["prod/db-password"])).status).toBe(1);
  });
});

describe("--due", () => {
  async function repository(config: string): Promise<Sandbox> {
    const box = store();
    box.write(".pprotect.yaml", config);
    const date = "2026-01-01T00:00:00Z";
    const env = { ...GIT_IDENTITY, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const script = "git init -q -b main && git add protected.yaml && git commit -q -m store";
    await runProgram(["sh", "-c", script], { cwd: box.folder, env });
    return box;
  }

  test("lists what is older than its rule, by the age of the value, with who to ask", async () => {
    const box = await repository(
      "rotation:\n  prod:\n    max_age: 90d\n    owner: dba@example.com\n  prod/api-key:\n    max_age: 1d\n",
    );
    await pprotect(box, ["add-secret", "prod", "api-key", "--generate"]);
    const { status, stdout } = await rotate(box, ["--due"]);
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/^prod\/db-password is \d+ days old, the limit is 90d: ask dba@example.com\n$/),
    ]);
    const answer = JSON.parse((await rotate(box, ["--due", "--json"])).stdout);
    expect(answer).toMatchObject({ ok: false, error: { code: "rotation_due" } });
    // A new seal is no new value.
    await pprotect(box, ["rotate-domain-keys", "prod"]);
    expect((await rotate(box, ["--due"])).status).toBe(1);
    await rotate(box, ["prod/db-password", "--generate"]);
    expect((await rotate(box, ["--due"])).status).toBe(0);
  });

  test("does not pass in a shallow clone, where old values look new", async () => {
    const box = await repository("");
    await runProgram(["git", "commit", "-q", "--allow-empty", "-m", "later"], {
      cwd: box.folder,
      env: GIT_IDENTITY,
    });
    const clone = ["git", "clone", "-q", "--depth", "1", `file://${box.folder}`, "clone"];
    await runProgram(clone, { cwd: box.folder, env: GIT_IDENTITY });
    const args = ["--due", "--older-than", "30d", "--file", "clone/protected.yaml", "--json"];
    const { status, stdout } = await rotate(box, args);
    expect([status, JSON.parse(stdout).error.code]).toEqual([1, "incomplete_history"]);
  });

  test("does not pass outside of a repository", async () => {
    const box = sandbox();
    const { status, stdout } = await rotate(box, ["--due", "--older-than", "30d", "--json"]);
    expect([status, JSON.parse(stdout).error.code]).toEqual([1, "incomplete_history"]);
  });

  test.each([
    [["prdo"], "the store has no prdo, which .pprotect.yaml has a rotation for"],
    [
      ["prdo", "prod/db-pasword"],
      ".pprotect.yaml has rotations for 2 names that the store does not have: prdo, prod/db-pasword",
    ],
    [
      ["a", "b", "prod", "c", "d", "e"],
      ".pprotect.yaml has rotations for 5 names that the store does not have: a, b, c and 2 more",
    ],
  ])("names rules that are of nothing in the store in one warning: %j", async (names, warning) => {
    const box = await repository(
      `rotation:\n${names.map((name) => `  ${name}: { max_age: 9999d }\n`).join("")}`,
    );
    const { stderr } = await rotate(box, ["--due"]);
    expect(stderr).toBe(`pprotect: warning: ${warning}\nNo value is too old.\n`);
  });

  test("lists a value whose commit is dated in the future, whatever its limit", async () => {
    const box = await repository("rotation:\n  prod: { max_age: 9999d }\n");
    const amend = (date: string) =>
      runProgram(["git", "commit", "-q", "--amend", "--no-edit", `--date=${date}`], {
        cwd: box.folder,
        env: GIT_IDENTITY,
      });
    await amend("2098-01-01T00:00:00Z");
    const { status, stdout } = await rotate(box, ["--due"]);
    expect([status, stdout]).toEqual([
      1,
      "prod/db-password has an unknown age (its commit is dated in the future), the limit is 9999d\n",
    ]);
    const answer = JSON.parse((await rotate(box, ["--due", "--json"])).stdout);
    expect(answer.result.due).toMatchObject([{ secret: "db-password", age_seconds: null }]);
    // The clocks of two machines differ.
    await amend(new Date(Date.now() + 3_600_000).toISOString());
    expect(await rotate(box, ["--due"])).toMatchObject({ status: 0, stdout: "" });
  });

  test("takes its limit from the line where no rule has one", async () => {
    const box = await repository("");
    expect((await rotate(box, ["--due"])).stderr).toContain("no age limit is set");
    expect((await rotate(box, ["--due", "--older-than", "30d"])).status).toBe(1);
    expect((await rotate(box, ["--due", "--older-than", "9999d"])).status).toBe(0);
  });

  test("--all-due rotates what has a command; a failure leaves the old value", async () => {
    const config =
      'rotation:\n  prod:\n    max_age: 30d\n    rotate_via: cat <&3 >/dev/null; echo \'{"value":"new-by-all"}\'\n';
    const box = await repository(`${config}  prod/broken:\n    rotate_via: exit 1\n`);
    const more = box.read().addSecret("prod", "broken", "keep-this-1", NOW);
    box.write("protected.yaml", more.toString());
    const date = "2026-01-02T00:00:00Z";
    const env = { ...GIT_IDENTITY, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    await runProgram(["git", "commit", "-qam", "more"], { cwd: box.folder, env });
    await pprotect(box, ["trust", "--hooks", "--yes"]);
    const { status, stderr } = await rotate(box, ["--all-due"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("Rotated 1 value; 1 left.")]);
    expect(values(box)).toEqual({ "db-password": "new-by-all", broken: "keep-this-1" });
  });
});

describe("without downtime", () => {
  test("the new value is staged, promoted and finished", async () => {
    const box = store();
    expect((await rotate(box, ["prod/db-password", "--promote"])).stderr).toContain(
      "--stage a new value first",
    );
    box.write("new", "new-value-1234");
    expect((await rotate(box, ["prod/db-password", "--stage", "--value-file", "new"])).status).toBe(0);
    expect(values(box)).toEqual({ "db-password": OLD, "db-password_next": "new-value-1234" });
    expect((await rotate(box, ["prod/db-password", "--stage", "--value-file", "new"])).status).toBe(1);
    expect((await rotate(box, ["prod/db-password", "--promote"])).status).toBe(0);
    expect(values(box)).toEqual({ "db-password": "new-value-1234", "db-password_previous": OLD });
    expect((await pprotect(box, ["status"])).stdout).toMatch(
      /prod\/db-password: promoted since \d{4}-\d\d-\d\d\n/,
    );
    expect((await rotate(box, ["prod/db-password", "--abort"])).status).toBe(1);
    expect((await rotate(box, ["prod/db-password", "--finish"])).status).toBe(0);
    expect(values(box)).toEqual({ "db-password": "new-value-1234" });
  });

  test("--finish asks before the grace is over, and revokes nothing without a yes", async () => {
    const box = store();
    box.write(".pprotect.yaml", "rotation:\n  prod:\n    grace: 24h\n    revoke_via: touch revoked\n");
    await pprotect(box, ["trust", "--hooks", "--yes"]);
    await rotate(box, ["prod/db-password", "--stage", "--generate"]);
    await rotate(box, ["prod/db-password", "--promote"]);
    const { status, stderr } = await rotate(box, ["prod/db-password", "--finish"], "n\n");
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("The old value of prod/db-password is to work until "),
    ]);
    expect(await Bun.file(box.path("revoked")).exists()).toBe(false);
    expect((await rotate(box, ["prod/db-password", "--finish", "--yes"])).status).toBe(0);
    expect([Object.keys(values(box)), await Bun.file(box.path("revoked")).exists()]).toEqual([
      ["db-password"],
      true,
    ]);
  });

  test("nothing is rotated in one step meanwhile, by --all-due neither, and what is beside the secret is not due", async () => {
    const box = store();
    const config = `rotation:\n  prod:\n    max_age: 1s\n    rotate_via: cat <&3 >/dev/null; touch ran; echo '{"value":"made-1"}'\n`;
    box.write(".pprotect.yaml", config);
    await pprotect(box, ["trust", "--hooks", "--yes"]);
    const date = "2026-01-01T00:00:00Z";
    const env = { ...GIT_IDENTITY, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    await rotate(box, ["prod/db-password", "--stage", "--generate"]);
    await runProgram(["sh", "-c", "git init -q && git add protected.yaml && git commit -qm s"], {
      cwd: box.folder,
      env,
    });
    const before = values(box);
    const refused = await rotate(box, ["prod/db-password", "--generate"]);
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining("there is a db-password_next"),
    ]);
    const due = await rotate(box, ["--due"]);
    expect(due.stdout.split("\n")).toEqual([expect.stringMatching(/^prod\/db-password is /), ""]);
    const { status, stderr } = await rotate(box, ["--all-due"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("--promote or --abort it first")]);
    expect((await rotate(box, ["prod/db-password_next"])).stderr).toContain(
      "it belongs to the rotation of db-password",
    );
    expect([values(box), await Bun.file(box.path("ran")).exists()]).toEqual([before, false]);
  });

  test("it can be aborted, and revoke_via gets the old value before it is dropped", async () => {
    const box = store();
    await rotate(box, ["prod/db-password", "--stage", "--generate"]);
    expect((await rotate(box, ["prod/db-password", "--abort"])).status).toBe(0);
    expect(values(box)).toEqual({ "db-password": OLD });
    await rotate(box, ["prod/db-password", "--stage", "--generate"]);
    await rotate(box, ["prod/db-password", "--promote"]);
    const command = 'cat <&3 >"$HOME/revoked"; test -e "$HOME/allow"';
    box.write(".pprotect.yaml", `rotation:\n  prod:\n    revoke_via: ${command}\n`);
    await pprotect(box, ["trust", "--hooks", "--yes"]);
    expect((await rotate(box, ["prod/db-password", "--finish"])).status).toBe(1);
    expect(Object.keys(values(box))).toContain("db-password_previous");
    box.write("allow", "");
    expect((await rotate(box, ["prod/db-password", "--finish"])).status).toBe(0);
    expect(await Bun.file(box.path("revoked")).text()).toBe(OLD);
  });
});
