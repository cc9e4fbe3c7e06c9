import { afterAll, afterEach, expect, test } from "bun:test";
import { type LeaseUser, leaseUser } from "../../support/lease-cli.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";

afterAll(removeFolders);

let user: LeaseUser | undefined;
afterEach(() => user?.close());

/** Without a JIT the runtime calls no function of the C library. */
const WITHOUT_FFI = { BUN_JSC_useJIT: "0" };
const LINE = /leases are not available here: the runtime cannot call the C library \(BUN_JSC_useJIT=0/g;

test("where there are no leases, a lease that is there is not used, not overlooked and not reported to have ended", async () => {
  user = leaseUser();
  const { lease } =
    (await user.asAlice(["unlock", "--json"])).stdout.match(/"lease":"(?<lease>\w+)"/)?.groups ?? {};
  const run = async (...args: readonly string[]) => {
    const result = await user?.run(args, WITHOUT_FFI);
    expect(result?.stderr.match(LINE)).toHaveLength(1);
    return result;
  };
  for (const args of [
    ["unlock", "-u", ALICE.name, "--passphrase-file", "alice.pw"],
    ["lease", "grant"],
    ["get", "dev/api-key", "--non-interactive"],
    ["lock", "--all"],
    ["revoke", "--all"],
  ])
    expect(await run(...args)).toMatchObject({ status: 1, stdout: "" });
  expect((await run("status"))?.stdout).toContain(`${lease} cannot be reached from here`);
  const given = ["get", "dev/api-key", "-u", ALICE.name, "--passphrase-file", "alice.pw"];
  expect((await user.run(given, WITHOUT_FFI)).stdout).toBe("dev-api-key");
  expect((await user.run(["get", "dev/api-key"])).stdout).toBe("dev-api-key");
});
