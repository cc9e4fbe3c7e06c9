import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { type LeaseUser, leaseUsers } from "../../support/lease-cli.ts";
import { readAnswer } from "../../support/output-schema.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE, secretsOf } from "../../support/stores.ts";

afterAll(removeFolders);

const newUser = leaseUsers();

/** A user who has unlocked `dev`, with its secrets `api-key` and `db-password`. */
async function unlocked(config: string, ...options: readonly string[]): Promise<LeaseUser> {
  const user = newUser();
  user.box.write(".pprotect.yaml", config);
  await user.asAlice(["trust", "--hooks", "--yes"]);
  await user.asAlice(["unlock", "dev", ...options]);
  return user;
}

const values = (user: LeaseUser): Record<string, string> => secretsOf(user.box.read(), "dev", ALICE);
const leases = async (user: LeaseUser): Promise<unknown> => (await user.answer(["status"])).result.leases;
const making = (value: string): string => `cat <&3 >/dev/null; echo '{"value":"${value}"}'`;

const ONE = `rotation:\n  dev/api-key:\n    rotate_via: ${making("new-api-key-1")}\n`;
const OLD = { "api-key": "dev-api-key", "db-password": 'it\'s "dev" $HOME' };

describe("`revoke --rotate`", () => {
  test("changes what the leases could read and has a command, and lists the rest with the command for each", async () => {
    const user = await unlocked(ONE);
    const { status, stdout, stderr } = await user.asAlice(["revoke", "--all", "--rotate"]);
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/^dev\/db-password: pprotect --file \S+ update-secret -- dev db-password\n$/),
    ]);
    expect(stderr).toContain("Rotated api-key in dev.\n");
    expect(stderr).toContain("Rotated 1 value; 1 left, which still work: the commands change them.\n");
    expect(values(user)).toEqual({ ...OLD, "api-key": "new-api-key-1" });
    expect(await leases(user)).toEqual([]);
  });

  test("by a command from the line, which gets the secret's name, and exits with 0 when all are changed", async () => {
    const user = await unlocked("");
    const via = `read -r line; cat <&3 >/dev/null; name=$(echo "$line" | tr -dc a-z); echo '{"value":"'$name'"}'`;
    const { result } = readAnswer(
      (await user.asAlice(["revoke", "--json", "--all", "--rotate", "--via", via])).stdout,
    );
    expect(result.rotated.map((each: { secret: string }) => each.secret)).toEqual(["api-key", "db-password"]);
    expect(result.not_rotated).toEqual([]);
    expect(values(user)["api-key"]).toContain("apikey");
  });

  test("without credentials takes everything back, runs no command, and lists all", async () => {
    const user = await unlocked(ONE.replace("cat", "touch ran; cat"));
    const { status, stdout } = await user.run(["revoke", "--all", "--rotate", "--json"]);
    const { error, result } = readAnswer(stdout);
    expect([status, error?.code]).toEqual([1, "not_rotated"]);
    expect(result.ended).toHaveLength(1);
    expect(result.not_rotated.map((each: { secret: string }) => each.secret)).toEqual([
      "api-key",
      "db-password",
    ]);
    expect([existsSync(user.box.path("ran")), values(user)]).toEqual([false, OLD]);
    expect(await leases(user)).toEqual([]);
  });

  test("of a lease that was limited to names changes only those", async () => {
    const user = await unlocked("", "--only", "api-key");
    const { status } = await user.asAlice(["revoke", "--all", "--rotate", "--via", making("limited-1")]);
    expect([status, values(user)]).toEqual([0, { ...OLD, "api-key": "limited-1" }]);
  });

  test("goes on after a failure, and says what became of each", async () => {
    const config = `rotation:\n  dev:\n    rotate_via: ${making("second-value-1")}\n  dev/api-key:\n    rotate_via: exit 3\n`;
    const user = await unlocked(config);
    const { status, stderr } = await user.asAlice(["revoke", "--all", "--rotate"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("failed with exit status 3")]);
    expect(values(user)).toEqual({ ...OLD, "db-password": "second-value-1" });
  });

  test("runs no command that was not accepted, and takes everything back", async () => {
    const user = await unlocked(ONE);
    user.box.write(".pprotect.yaml", ONE.replace("cat", "touch ran; cat"));
    const { status, stderr } = await user.asAlice(["revoke", "--all", "--rotate"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("are not accepted, or were changed since")]);
    expect([existsSync(user.box.path("ran")), values(user), await leases(user)]).toEqual([false, OLD, []]);
  });

  test("elsewhere than beside the store lists all, with the store in the commands", async () => {
    const user = await unlocked(ONE);
    mkdirSync(user.box.path("away/.git"), { recursive: true });
    const { status, stdout } = await user.shell(
      `cd away && pprotect revoke --all --rotate -u '${ALICE.name}' --passphrase-file '${user.box.alice}'`,
    );
    expect([status, stdout.split("\n")]).toEqual([
      1,
      [
        expect.stringMatching(/^dev\/api-key: pprotect --file \S+ rotate -- dev api-key$/),
        expect.stringMatching(/^dev\/db-password: pprotect --file \S+ update-secret -- dev db-password$/),
        "",
      ],
    ]);
    expect(await leases(user)).toEqual([]);
  });

  test("leaves a rotation that is half done alone, and says how to end it", async () => {
    const user = await unlocked(ONE.replace("dev/api-key", "dev"));
    await user.asAlice(["rotate", "dev/api-key", "--stage", "--generate"]);
    const before = values(user);
    const { stdout } = await user.asAlice(["revoke", "--all", "--rotate"]);
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(/^dev\/api-key: pprotect --file \S+ rotate -- dev api-key$/),
      expect.stringMatching(/^dev\/api-key_next: pprotect --file \S+ rotate --abort -- dev api-key$/),
      "",
    ]);
    expect(values(user)).toEqual({ ...before, "db-password": "new-api-key-1" });
  });

  test("says how to go on with a rotation that failed and kept its new value", async () => {
    const via = `rotate_via: ${making("new-value-1")}`;
    const user = await unlocked(`rotation:\n  dev:\n    ${via}\n    verify: exit 4\n`);
    await user.asAlice(["set-secret", "dev", "db-password_next", "--hex"]);
    const { status, stdout } = await user.asAlice(["revoke", "--all", "--rotate"]);
    expect([status, stdout.split("\n").slice(0, 2)]).toEqual([
      1,
      [
        expect.stringMatching(/^dev\/api-key: pprotect --file \S+ rotate --promote -- dev api-key$/),
        expect.stringMatching(/^dev\/db-password: pprotect --file \S+ rotate --recover -- dev db-password$/),
      ],
    ]);
    expect(values(user)).toMatchObject({ "api-key": OLD["api-key"], "api-key_next": "new-value-1" });
  });

  test("fails where it is not known what could be read", async () => {
    const user = await unlocked(ONE);
    await user.shell("mv protected.yaml away.yaml");
    const { status, stdout } = await user.asAlice(["revoke", "--all", "--rotate", "--json"]);
    const { error, result } = readAnswer(stdout);
    expect([status, error?.code, result.rotated, result.not_rotated]).toEqual([1, "not_rotated", [], []]);
    expect(result.unknown).toEqual([
      expect.stringContaining("protected.yaml cannot be read: which of its values"),
    ]);
    expect(result.ended).toHaveLength(1);
  });

  test("has nothing to change where nothing was handed out; its options need it", async () => {
    const user = await unlocked(ONE);
    const wrong = await user.run(["revoke", "--all", "--via", "true"]);
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining("require --rotate")]);
    expect(await leases(user)).toHaveLength(1);
    await user.run(["lock", "--all"]);
    const { status, stderr } = await user.run(["revoke", "--all", "--rotate"]);
    expect([status, stderr]).toEqual([0, expect.stringContaining("There is no value to change.")]);
  });
});
