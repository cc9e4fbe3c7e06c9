import { afterAll, describe, expect, test } from "bun:test";
import { readAnswer } from "../support/output-schema.ts";
import { pprotect } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const RULES = `values:
  port: {type: integer}
  api-key:
    pattern: "key-[0-9]+"
    min_length: 6
`;

/** A store with rules beside it, and a way to run pprotect there. */
function project(rules = RULES) {
  const box = sandbox();
  box.write(".pprotect.yaml", rules);
  const run = (args: readonly string[], options: { input?: string; env?: Record<string, string> } = {}) =>
    pprotect(args, { cwd: box.folder, ...options });
  return { ...box, run };
}

const AS_ALICE = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

describe("a value that .pprotect.yaml does not allow", () => {
  test.each(["add-secret", "set-secret"])(
    "is not added by %s, in any domain, without credentials",
    async (command) => {
      const box = project();
      const before = box.read().toString();
      const { status, stdout, stderr } = await box.run([command, "prod/port"], { input: "80a0-SECRET" });
      expect([status, stdout, stderr]).toEqual([
        1,
        "",
        'pprotect: the value of "port" is not an integer; nothing was changed\nhint: .pprotect.yaml:2 has the rule\n',
      ]);
      expect(box.read().toString()).toBe(before);
      expect((await box.run([command, "prod/port"], { input: "8080" })).status).toBe(0);
    },
  );

  test("is not set by update-secret, and not generated", async () => {
    const box = project();
    const said = await box.run(["update-secret", "dev/api-key"], { input: "key-x" });
    expect(said.stderr).toContain('"api-key" is shorter than 6 characters');
    const generated = await box.run(["set-secret", "dev/api-key", "--generate"]);
    expect(generated.stderr).toContain('"api-key" does not match the pattern key-[0-9]+');
  });

  test("is not imported: every line that is wrong is listed, and nothing is written", async () => {
    const box = project();
    const before = box.read().toString();
    box.write("in.env", "other=1\nport=no-SECRET\napi-key=key-7\n");
    const run = ["import", "dev", "in.env", "--on-conflict", "update"];
    const { status, stderr } = await box.run(run);
    expect(status).toBe(1);
    expect(stderr).toContain('in.env:2: the value of "port" is not an integer\n');
    expect(stderr).toContain('in.env:3: the value of "api-key" is shorter than 6 characters');
    expect(stderr).not.toContain("SECRET");
    expect((await box.run([...run, "--dry-run"])).status).toBe(1);
    expect(box.read().toString()).toBe(before);
    // What is not written is not checked.
    expect((await box.run(["import", "dev", "in.env", "--only", "other"])).status).toBe(0);
  });

  test("is not edited in; one that was there before does not keep others from being edited", async () => {
    const box = project();
    const edit = (script: string) => box.run(["edit", "dev", "--editor", script], { env: AS_ALICE });
    const refused = await edit("sed -i 's/^db-password: .*/port: x/'");
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining('"port" is not an integer'),
    ]);
    expect((await edit("sed -i 's/^db-password: .*/db-password: new/'")).status).toBe(0);
  });

  test("is reported by check with credentials, with its line in the store", async () => {
    const box = project();
    expect((await box.run(["check"])).status).toBe(0);
    const { status, stdout } = await box.run(["check"], { env: AS_ALICE });
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/^protected\.yaml:\d+: the value of "api-key" in domain "dev" does not match/),
    ]);
    const answer = readAnswer((await box.run(["check", "--json"], { env: AS_ALICE })).stdout);
    expect(answer.error?.code).toBe("invalid_value");
    expect(answer.result.problems).toMatchObject([{ code: "invalid_value" }]);
    const key = box.read().setSecret("dev", "api-key", "key-123");
    box.write("protected.yaml", key.toString());
    expect(unlocked(key, ALICE).name).toBe(ALICE.name);
    expect((await box.run(["check"], { env: AS_ALICE })).status).toBe(0);
  });
});

describe("a .pprotect.yaml that cannot be used", () => {
  test.each(["check", "add-secret dev/new"])("is an error of %s, and nothing is changed", async (command) => {
    const box = project("values:\n  port: {typ: integer}\n");
    const { status, stderr } = await box.run(command.split(" "), { input: "value" });
    expect([status, stderr]).toEqual([
      1,
      'pprotect: .pprotect.yaml:2: the rule of "port" has no key "typ"\nhint: did you mean "type"?\n',
    ]);
  });

  test("is one with a pattern of another syntax too", async () => {
    const box = project('values:\n  port: {pattern: "(a)\\\\1"}\n');
    expect((await box.run(["check"])).stderr).toContain(
      '.pprotect.yaml:2: "pattern" of "port" cannot be used',
    );
  });
});
