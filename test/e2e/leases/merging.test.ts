import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { entriesIn } from "../../../src/lease/access-log/filter.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { mergeRepository, type TestRepository } from "../../support/git-repository.ts";
import { leaseUser } from "../../support/lease-cli.ts";
import { userDirectories } from "../../support/leases.ts";
import { readAnswer } from "../../support/output-schema.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE, NOW, sampleStore, unlocked } from "../../support/stores.ts";

afterAll(removeFolders);

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const base = sampleStore();
const changed = (value: string, from = base): KeyFile => from.updateSecret("dev", "api-key", value, NOW);
const rotated = (from: KeyFile): KeyFile => from.rotateDomainKey("dev", unlocked(from, ALICE), NOW);

/** Two branches, on ours, of a user who has unlocked some domains of each of these versions. */
async function branches(
  ours: KeyFile,
  theirs: KeyFile,
  { leased = [base], domains = ["dev"] }: { leased?: readonly KeyFile[]; domains?: readonly string[] } = {},
) {
  const repository = await mergeRepository();
  const directories = userDirectories();
  const asAlice = { ...directories, PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
  ends.push(() => repository.pprotect(["revoke", "--all"], directories));
  await repository.commitStore(base.toString(), "base");
  await repository.must("checkout", "-q", "-b", "other");
  await repository.commitStore(theirs.toString(), "theirs");
  await repository.must("checkout", "-q", "main");
  await repository.commitStore(ours.toString(), "ours");
  for (const version of leased) {
    repository.write("leased.yaml", version.toString());
    const unlock = ["unlock", "--file", "leased.yaml", ...domains];
    expect(await repository.pprotect(unlock, asAlice)).toMatchObject({ status: 0 });
  }
  return { repository, directories, asAlice };
}

const merge = (repository: TestRepository, env: Readonly<Record<string, string>>) =>
  repository.git(["merge", "-q", "-m", "merge", "other"], env);

function merged({ folder }: TestRepository): KeyFile {
  return KeyFile.parse(readFileSync(join(folder, "protected.yaml")), "merged");
}

function apiKey(repository: TestRepository): string {
  return merged(repository).decryptSecret("dev", "api-key", unlocked(base, ALICE));
}

function logOf({ XDG_STATE_HOME }: { readonly XDG_STATE_HOME: string }) {
  return entriesIn(readFileSync(join(XDG_STATE_HOME, "pprotect/access.jsonl"), "utf8"));
}

describe("the merge driver, with a lease of the domain", () => {
  test("takes a value that both sides have set for the same", async () => {
    const { repository, directories } = await branches(changed("v2"), changed("v2"));
    expect(await merge(repository, directories)).toMatchObject({ status: 0, stderr: "" });
    expect(apiKey(repository)).toBe("v2");
    expect(logOf(directories).at(-1)).toMatchObject({
      action: "git merge-driver",
      result: "ok",
      custodian: ALICE.name,
      domains: [{ domain: "dev", secrets: ["api-key"] }],
    });
  });

  test("takes the side that changed a value, where the other sealed it again for the key that both have", async () => {
    const both = rotated(base);
    const theirs = changed("v2", both);
    const { repository, directories } = await branches(both, theirs, { leased: [base, both] });
    expect(await merge(repository, directories)).toMatchObject({ status: 0, stderr: "" });
    expect(apiKey(repository)).toBe("v2");
  });

  test("leaves a conflict between two values", async () => {
    const { repository, directories } = await branches(changed("v2"), changed("v3"));
    expect((await merge(repository, directories)).status).toBe(1);
  });

  test("leaves the conflict of a domain that no lease covers", async () => {
    const { repository, directories } = await branches(changed("v2"), changed("v2"), { domains: ["prod"] });
    expect((await merge(repository, directories)).status).toBe(1);
    expect(logOf(directories).map(({ action }) => action)).toEqual(["unlock"]);
  });

  test("leaves the conflict, and does not ask another lease, when the program's own has ended", async () => {
    const { repository, directories } = await branches(changed("v2"), changed("v2"));
    const { status, stderr } = await merge(repository, { ...directories, PPROTECT_LEASE: "A".repeat(22) });
    expect(status).toBe(1);
    expect(stderr.match(/the lease \w+ has ended/g)).toHaveLength(1);
  });

  test.each([
    ["that theirs replaced", changed("v2"), rotated(base)],
    ["that ours replaced", rotated(base), base.addSecret("dev", "new", "v", NOW)],
    ["that both replaced", rotated(base), rotated(base)],
  ])(
    "seals nothing, grants nothing and makes no key, with leases of both, for a key %s",
    async (_, ours, theirs) => {
      const { repository, directories, asAlice } = await branches(ours, theirs, {
        leased: [base, ours, theirs],
      });
      expect((await merge(repository, directories)).status).toBe(1);
      const lines = readFileSync(join(repository.folder, "protected.yaml"), "utf8").split("\n");
      const boxes = [base, ours, theirs]
        .map((file) => file.toString())
        .join("\n")
        .split("\n");
      expect(lines.filter((line) => !/^[<=>|]{7}/.test(line) && !boxes.includes(line))).toEqual([]);
      // With the key itself, that can be had.
      await repository.must("merge", "--abort");
      expect((await merge(repository, { ...asAlice, PPROTECT_TRUST: "off" })).status).toBe(0);
    },
  );
});

describe("`git resolve`, with a lease of the domain", () => {
  test("takes equal values for one, and its read is in the access log", async () => {
    const { repository, directories } = await branches(changed("v2"), changed("v2"));
    await repository.must("config", "merge.pprotect.driver", "exit 1");
    expect((await merge(repository, directories)).status).toBe(1);
    const without = await repository.pprotect(["git", "resolve", "--json"], userDirectories());
    expect(readAnswer(without.stdout)).toMatchObject({ ok: false, error: { code: "unresolved_merge" } });
    const { status, stdout } = await repository.pprotect(["git", "resolve", "--json"], directories);
    expect([status, readAnswer(stdout).ok]).toEqual([0, true]);
    expect(apiKey(repository)).toBe("v2");
    expect(logOf(directories).at(-1)).toMatchObject({
      action: "git resolve",
      domains: [{ domain: "dev", secrets: ["api-key"] }],
    });
  });

  test("carries out a decision without it where it has ended", async () => {
    const { repository, directories } = await branches(changed("v2"), changed("v3"));
    expect((await merge(repository, directories)).status).toBe(1);
    const env = { ...directories, PPROTECT_LEASE: "A".repeat(22) };
    expect((await repository.pprotect(["git", "resolve", "--theirs"], env)).status).toBe(0);
    expect(apiKey(repository)).toBe("v3");
  });

  test("asks for an owner's passphrase where a value has to be sealed again", async () => {
    const theirs = rotated(base);
    const ours = base.addSecret("dev", "new", "v", NOW);
    const { repository, directories, asAlice } = await branches(ours, theirs, { leased: [base, theirs] });
    expect((await merge(repository, directories)).status).toBe(1);
    const refused = await repository.pprotect(["git", "resolve", "--json"], directories);
    expect(readAnswer(refused.stdout)).toMatchObject({ ok: false });
    expect((await repository.pprotect(["git", "resolve"], asAlice)).status).toBe(0);
    expect(logOf(directories).at(-1)).toMatchObject({ action: "git resolve", custodian: ALICE.name });
  });
});

describe("`check` of a user's secrets, with leases of all their domains", () => {
  test("opens them without a passphrase, and says what it does not open", async () => {
    const user = leaseUser();
    ends.push(() => user.close());
    await user.asAlice(["unlock"]);
    const { status, stderr } = await user.run(["check", "-u", ALICE.name]);
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining("whether owner entries open was not checked"),
    ]);
    const answer = await user.answer(["check", "-u", ALICE.name]);
    expect(answer.result.opened).toEqual({ custodian: ALICE.name, secrets: 3, by_lease: true });
    expect((await user.answer(["check"])).result.opened).toBeNull();
  });

  test("finds a value that does not open", async () => {
    const user = leaseUser();
    ends.push(() => user.close());
    await user.asAlice(["unlock"]);
    const token = base.data.domains.get("prod")?.secrets.get("token") ?? "";
    const text = readFileSync(user.box.store, "utf8");
    const other = /api-key: (\S+)/.exec(text)?.[1] ?? "";
    user.box.write("protected.yaml", text.replace(/token: \S+/, `token: ${other}`));
    expect(token).not.toBe(other);
    expect(await user.answer(["check", "-u", ALICE.name])).toMatchObject({
      ok: false,
      error: { code: "cannot_open" },
      result: { opened: { secrets: 2, by_lease: true } },
    });
  });

  test("asks for the passphrase where they cover only some of them", async () => {
    const user = leaseUser();
    ends.push(() => user.close());
    await user.asAlice(["unlock", "dev"]);
    expect((await user.answer(["check", "-u", ALICE.name])).error.code).toBe("end_of_input");
  });
});
