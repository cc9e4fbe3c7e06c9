import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PprotectError } from "../../src/common/errors.ts";
import { decodeUtf8 } from "../../src/common/utf8.ts";
import type { Looked } from "../../src/sources/cascade.ts";
import { lookUpInStore } from "../../src/sources/in-store.ts";
import { defaultVariable, lookUpKeyring, lookUpVariable } from "../../src/sources/lookups.ts";
import { SopsSource } from "../../src/sources/sops-source.ts";
import type { KeyringReading } from "../../src/system/keyring.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";
import { sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const textOf = (looked: Looked<Uint8Array>): string | undefined =>
  looked.kind === "found" ? decodeUtf8(looked.value) : undefined;

async function refusal(action: () => unknown): Promise<PprotectError> {
  try {
    await action();
  } catch (error) {
    return error as PprotectError;
  }
  throw new Error("not refused");
}

describe("a variable", () => {
  test("that is set is a value, also when it is empty; one that is not is missing", () => {
    const environment = { A: "value", B: "" };
    expect(textOf(lookUpVariable("A", environment, []))).toBe("value");
    expect(textOf(lookUpVariable("B", environment, []))).toBe("");
    expect(lookUpVariable("C", environment, [])).toEqual({
      kind: "missing",
      detail: "variable C is not set",
    });
  });

  test.each(["__proto__", "constructor", "toString"])("called %s is missing", (name) => {
    expect(lookUpVariable(name, {}, []).kind).toBe("missing");
  });

  test.each(["PPROTECT_PASSPHRASE", "pprotect_user", "PPROTECT_LEASE", "ACME_PASSPHRASE"])(
    "called %s is never read",
    async (name) => {
      const { code, message } = await refusal(() =>
        lookUpVariable(name, { [name]: "pw" }, ["ACME_PASSPHRASE"]),
      );
      expect([code, message]).toEqual([
        "environment",
        `variable ${name} is a setting of pprotect, not a secret`,
      ]);
    },
  );

  test("that is not UTF-8 is refused: the runtime has replaced its bytes", async () => {
    const { code } = await refusal(() => lookUpVariable("A", { A: "a\ufffd" }, []));
    expect(code).toBe("invalid_value");
  });

  test.each([
    ["db-password", "DB_PASSWORD"],
    ["a_B2", "A_B2"],
  ])("of %s is %s by default", (name, variable) => {
    expect(defaultVariable(name)).toBe(variable);
  });
});

describe("an entry of the keyring", () => {
  const reading = (result: KeyringReading) => async () => result;
  const entry = { service: "app", account: "db" };

  test("is found, missing, or missing since there is no keyring", async () => {
    expect(textOf(await lookUpKeyring(entry, reading({ kind: "found", value: "ü" })))).toBe("ü");
    expect(await lookUpKeyring(entry, reading({ kind: "missing" }))).toEqual({
      kind: "missing",
      detail: "no entry of service app, account db",
    });
    const none = reading({ kind: "unavailable", reason: "no bus" });
    expect(await lookUpKeyring(entry, none)).toEqual({ kind: "missing", detail: "no keyring: no bus" });
  });

  test.each(["pprotect", "PProtect", "pprotect passphrases", "pprotect:1"])(
    "of %s is never read: passphrases are there",
    async (service) => {
      const { code } = await refusal(() =>
        lookUpKeyring({ ...entry, service }, reading({ kind: "found", value: "pw" })),
      );
      expect(code).toBe("environment");
    },
  );
});

describe("a secret of the store", () => {
  const { data } = sampleStore();
  const look = (domain: string | undefined, name: string) => lookUpInStore(data, domain, name, "usage");

  test("is found in its domain, or in the only one that has it", () => {
    expect(look("dev", "api-key")).toMatchObject({
      kind: "found",
      value: { domain: "dev", name: "api-key" },
    });
    expect(look(undefined, "token")).toMatchObject({ kind: "found", value: { domain: "prod" } });
    expect(look("dev", "token")).toEqual({ kind: "missing", detail: 'no secret "token" in domain "dev"' });
    expect(look(undefined, "nope")).toEqual({ kind: "missing", detail: 'no domain has a secret "nope"' });
  });

  test("of several domains is ambiguous, and of a domain that is not there an error", async () => {
    const both = sampleStore().addSecret("prod", "api-key", "x").data;
    const { code, message } = await refusal(() => lookUpInStore(both, undefined, "api-key", "usage"));
    expect([code, message]).toEqual(["usage", 'several domains have a secret "api-key": dev, prod']);
    expect((await refusal(() => look("prd", "token"))).code).toBe("no_such_domain");
  });
});

describe("a value in a file of SOPS", () => {
  const FIXTURES = resolve(import.meta.dir, "../fixtures/formats");
  const identity = readFileSync(join(FIXTURES, "identity.txt"), "utf8").trim().split("\n").at(-1) ?? "";
  /** A repository with a file of SOPS. */
  function repository() {
    const folder = emptyFolder();
    mkdirSync(join(folder, ".git"));
    mkdirSync(join(folder, "sub"));
    copyFileSync(join(FIXTURES, "sops/nested.yaml"), join(folder, "secrets.sops.yml"));
    const environment = { SOPS_AGE_KEY: identity, HOME: folder, PATH: folder };
    return {
      folder,
      source: new SopsSource(folder, environment),
      nobody: new SopsSource(folder, { HOME: folder }),
    };
  }

  test("is found by the keys that lead to it; it is missing with its file or key", async () => {
    const { source } = repository();
    const look = async (file: string, key: string) => source.lookUp({ file, key });
    expect(textOf(await look("secrets.sops.yml", "db.password"))).toBe("s3cret: #1");
    expect(textOf(await look("secrets.sops.yml", "db.hosts.1"))).toBe("b.example");
    expect(await look("secrets.sops.yml", "db.nope")).toEqual({
      kind: "missing",
      detail: "no key db.nope of secrets.sops.yml",
    });
    expect((await look("secrets.sops.yml", "db")).kind).toBe("missing");
    expect(await look("other.yml", "db")).toEqual({ kind: "missing", detail: "no file other.yml" });
  });

  test("is known to be there without credentials, by its key", async () => {
    const { nobody } = repository();
    const has = async (key: string) => (await nobody.hasKey({ file: "secrets.sops.yml", key })).kind;
    expect(await Promise.all([has("db.password"), has("db.nope")])).toEqual(["found", "missing"]);
  });

  test("fails, and is not missing, when the file is damaged or nobody can decrypt it", async () => {
    const { folder, source, nobody } = repository();
    const place = { file: "secrets.sops.yml", key: "db.nope" };
    expect((await refusal(() => nobody.lookUp(place))).code).toBe("missing_credentials");
    const text = readFileSync(join(folder, place.file), "utf8");
    // A value that was removed: without the check of the whole file it would only be missing.
    writeFileSync(join(folder, place.file), text.replace(/^ {4}password: .*\n/m, ""));
    const { code, message } = await refusal(() => source.lookUp({ ...place, key: "db.password" }));
    expect([code, message]).toEqual(["invalid_import", expect.stringContaining("MAC does not match")]);
    writeFileSync(join(folder, "plain.yml"), "db: {password: x}\n");
    expect((await refusal(() => source.lookUp({ ...place, file: "plain.yml" }))).code).toBe("invalid_import");
  });

  test("is only read in the repository, and only from a file", async () => {
    const outside = emptyFolder();
    copyFileSync(join(FIXTURES, "sops/nested.yaml"), join(outside, "secrets.sops.yml"));
    const { folder, source } = repository();
    symlinkSync(join(outside, "secrets.sops.yml"), join(folder, "link.yml"));
    symlinkSync(outside, join(folder, "linked"));
    symlinkSync("/dev/zero", join(folder, "endless.yml"));
    symlinkSync("secrets.sops.yml", join(folder, "inside.yml"));
    writeFileSync(join(folder, "huge.yml"), Buffer.alloc(4 * 1024 * 1024 + 1, "#"));
    const said = async (file: string) => {
      const { code, message } = await refusal(() => source.lookUp({ file, key: "db.password" }));
      expect(code).toBe("file_error");
      return message;
    };
    const up = `../${outside.split("/").at(-1)}/secrets.sops.yml`;
    expect(await said(up)).toContain("it is outside of the repository");
    expect(await said("link.yml")).toContain("it is outside of the repository");
    expect(await said("linked/secrets.sops.yml")).toContain("it is outside of the repository");
    expect(await said(join(folder, "secrets.sops.yml"))).toContain("the path must be relative");
    expect(await said("a\0b")).toContain("the path must be relative");
    expect(await said("endless.yml")).toContain("cannot read endless.yml");
    expect(await said("huge.yml")).toContain("larger than");
    expect(await said("sub")).toContain("is a directory");
    expect(textOf(await source.lookUp({ file: "inside.yml", key: "db.password" }))).toBe("s3cret: #1");
    const below = new SopsSource(join(folder, "sub"), { SOPS_AGE_KEY: identity, HOME: folder });
    expect(textOf(await below.lookUp({ file: "../secrets.sops.yml", key: "db.password" }))).toBe(
      "s3cret: #1",
    );
  });
});
