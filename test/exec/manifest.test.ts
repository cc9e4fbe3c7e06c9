import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Schema, Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { PprotectError } from "../../src/common/errors.ts";
import { parseJsonWithLines } from "../../src/common/json-with-lines.ts";
import { commonTerms, readManifest } from "../../src/exec/manifest.ts";
import { type ManifestSources, selectByManifest } from "../../src/exec/manifest-selection.ts";
import { isSealed } from "../../src/exec/selection.ts";
import { utf8 } from "../support/bytes.ts";
import { sampleStore } from "../support/stores.ts";

const FILE = ".secrets.json";
const read = (text: string) => readManifest(utf8(text), FILE);

/** What an action is refused with. */
function refusal(action: () => unknown): { code?: string; message?: string; fix?: string } {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  return {};
}

/** A manifest with these entries, each on a line of its own from line 2 on. */
const manifestOf = (...entries: readonly unknown[]): string =>
  `{"secrets": [\n${entries.map((entry) => JSON.stringify(entry)).join(",\n")}\n]}`;

/** What an entry is without further keys. */
const PLAIN = {
  domain: undefined,
  from: ["store"] as const,
  required: true,
  byDefault: undefined,
  keyring: undefined,
  file: undefined,
  description: undefined,
  handout: {},
};
const plain = (name: string) => ({ ...PLAIN, name, sops: { file: "secrets.sops.yml", key: name } });

const TOKEN = { name: "github_token", env_var: "GITHUB_TOKEN" };

describe("a manifest", () => {
  test("says which secrets become which variables, from which domain, and where it says so", () => {
    const text = `{
      "secrets": [
        {"name": "github_token", "env_var": "GITHUB_TOKEN"},
        {"name": "key", "env_var": "_key2", "domain": "prod", "ttl": "30m"}
      ],
      "domain": "dev",
      "client_id": "my-project"
    }`;
    expect(read(text)).toEqual({
      domain: "dev",
      uppercase: false,
      handout: { client: "my-project" },
      entries: [
        { ...plain("github_token"), variable: "GITHUB_TOKEN", line: 3 },
        { ...plain("key"), variable: "_key2", domain: "prod", handout: { ttl: 1_800_000 }, line: 4 },
      ],
    });
  });

  test("may say at the top and in entries for whom the values are, and for how long", () => {
    const entries = [TOKEN, { ...TOKEN, env_var: "B", ttl: "30m", client_id: "b" }];
    const manifest = read(JSON.stringify({ ttl: "1h", client_id: "a", secrets: entries }));
    expect(manifest.handout).toEqual({ client: "a", ttl: 3_600_000 });
    expect(manifest.entries.map(({ handout }) => handout)).toEqual([
      { client: undefined, ttl: undefined },
      { client: "b", ttl: 1_800_000 },
    ]);
  });

  test("gives secrets together for the shortest time, and for the client that all of them have", () => {
    const of = (top: object, ...entries: readonly object[]) =>
      commonTerms(
        read(
          JSON.stringify({
            ...top,
            secrets: entries.map((each, index) => ({ ...TOKEN, env_var: `V${index}`, ...each })),
          }),
        ),
      );
    expect(of({}, {}, {})).toEqual({});
    expect(of({ client_id: "a", ttl: "1h" }, {}, { ttl: "2h" })).toEqual({ client: "a", ttl: 3_600_000 });
    expect(of({ client_id: "a", ttl: "1h" }, { ttl: "2h" }, { ttl: "3h" })).toEqual({
      client: "a",
      ttl: 7_200_000,
    });
    expect(of({ client_id: "a" }, {}, { client_id: "b" })).toEqual({});
  });

  test("may be empty, start with a byte order mark, and use any line ends", () => {
    expect(read('{"secrets": []}').entries).toEqual([]);
    expect(read(`\ufeff${manifestOf(TOKEN)}`).entries).toHaveLength(1);
    expect(read(manifestOf(TOKEN).replaceAll("\n", "\r\n")).entries[0]?.line).toBe(2);
  });

  test("says where values may come from", () => {
    const cascade = {
      name: "db-password",
      from: ["override", "env", "keyring", "store", "sops", "default"],
      required: false,
      default: "postgres",
      as_file: "db.txt",
      sops: { file: "../prod.sops.yml", key: "db.password" },
      keyring: { service: "app", account: "db" },
      description: "of the main database",
    };
    const text = `{"$schema": "x", "version": 1, "secrets": [${JSON.stringify(cascade)}, {"name": "a", "as_file": true}, {"name": "b", "as_file": false, "from": ["sops"]}]}`;
    expect(read(text).entries).toEqual([
      {
        name: "db-password",
        variable: "DB_PASSWORD",
        domain: undefined,
        from: ["override", "env", "keyring", "store", "sops", "default"],
        required: false,
        byDefault: "postgres",
        sops: { file: "../prod.sops.yml", key: "db.password" },
        keyring: { service: "app", account: "db" },
        file: { name: "db.txt" },
        description: "of the main database",
        handout: {},
        line: 1,
      },
      { ...plain("a"), variable: "A", file: { name: undefined }, line: 1 },
      { ...plain("b"), variable: "B", from: ["sops"], line: 1 },
    ]);
    expect(validator.validate(JSON.parse(text)).errors).toEqual([]);
  });

  test("may give one secret under two names, and one name from two domains", () => {
    const entries = [TOKEN, { ...TOKEN, env_var: "B" }, { ...TOKEN, env_var: "C", domain: "prod" }];
    expect(read(manifestOf(...entries)).entries).toHaveLength(3);
  });
});

const validator = new Validator(
  JSON.parse(
    readFileSync(resolve(import.meta.dir, "../../docs/schemas/manifest.schema.json"), "utf8"),
  ) as Schema,
  "2020-12",
  false,
);

describe("is refused, with its line:", () => {
  const LONG = "x".repeat(1_000_000);
  const CASES: [what: string, text: string, line: number, message: string | RegExp][] = [
    ["no text at all", "", 1, "invalid JSON: value expected"],
    [
      "a ttl that is not a time",
      manifestOf({ ...TOKEN, ttl: "soon" }),
      2,
      /"ttl" "soon" is not a length of time/,
    ],
    ["a ttl that is a number", manifestOf({ ...TOKEN, ttl: 1800 }), 2, /"ttl" must be/],
    ["a client that is no name", manifestOf({ ...TOKEN, client_id: null }), 2, /"client_id" must be/],
    ["a comment", '{\n// c\n"secrets": []}', 2, "invalid JSON: invalid comment token"],
    ["a trailing comma", '{\n"secrets": [],\n}', 3, "invalid JSON: property name expected"],
    ["a second document", '{"secrets": []}\n{}', 2, "invalid JSON: end of file expected"],
    ["a list", "[]", 1, "the manifest must be an object, not a list"],
    ["no secrets", "{}", 1, 'the manifest has no "secrets"'],
    ["secrets that are no list", '{\n"secrets": {}}', 2, '"secrets" must be a list, not an object'],
    ["an unknown key", '{"secrets": [],\n"domian": ""}', 2, 'the manifest has no key "domian"'],
    ["a duplicate key", '{"secrets": [],\n"secrets": []}', 2, 'duplicate key "secrets"'],
    [
      "a domain that is not text",
      '{"secrets": [],\n"domain": 1}',
      2,
      '"domain" must be a string, not a number',
    ],
    [
      "uppercase that is text",
      '{"secrets": [],\n"uppercase": "no"}',
      2,
      "must be true or false, not a string",
    ],
    [
      "an entry that is not an object",
      manifestOf("x"),
      2,
      'an entry of "secrets" must be an object, not a string',
    ],
    ["an entry without name", manifestOf({ env_var: "A" }), 2, 'an entry of "secrets" has no "name"'],
    [
      "a name that makes a dangerous variable",
      manifestOf({ name: "ld-preload" }),
      2,
      "LD_PRELOAD, which can",
    ],
    ["a later version", '{"version": 2,\n"secrets": []}', 1, "this pprotect knows version 1 of the manifest"],
    ["a version that is text", '{"version": "1",\n"secrets": []}', 1, '"version" must be a number'],
    [
      "an unknown source",
      manifestOf({ name: "a", from: ["vault"] }),
      2,
      '"from": there is no source "vault"',
    ],
    ["a source twice", manifestOf({ name: "a", from: ["env", "env"] }), 2, 'source "env" is given twice'],
    ["no source", manifestOf({ name: "a", from: [] }), 2, '"from": no source is given'],
    ["from that is text", manifestOf({ name: "a", from: "env" }), 2, '"from" must be a list, not a string'],
    [
      "a source after default",
      manifestOf({ name: "a", from: ["default", "env"], default: "x" }),
      2,
      "nothing after default",
    ],
    ["a default that is not used", manifestOf({ name: "a", default: "x" }), 2, '"default" is not used'],
    ["a sops that is not used", manifestOf({ name: "a", sops: {} }), 2, '"sops" is not used'],
    [
      "a keyring that is not used",
      manifestOf({ name: "a", from: ["env"], keyring: { service: "s", account: "a" } }),
      2,
      '"keyring" is not used',
    ],
    [
      "default without a default",
      manifestOf({ name: "a", from: ["default"] }),
      2,
      'the entry has no "default"',
    ],
    [
      "a default that is not text",
      manifestOf({ name: "a", from: ["default"], default: 1 }),
      2,
      '"default" must be',
    ],
    [
      "keyring without an entry",
      manifestOf({ name: "a", from: ["keyring"] }),
      2,
      'the entry has no "keyring"',
    ],
    [
      "a keyring without account",
      manifestOf({ name: "a", from: ["keyring"], keyring: { service: "s" } }),
      2,
      '"keyring" needs "service" and "account"',
    ],
    [
      "an unknown key of sops",
      manifestOf({ name: "a", from: ["sops"], sops: { path: "x" } }),
      2,
      'no key "path"',
    ],
    [
      "required that is text",
      manifestOf({ name: "a", required: "no" }),
      2,
      '"required" must be true or false',
    ],
    ["as_file with a directory", manifestOf({ name: "a", as_file: "../x" }), 2, "is not a file name"],
    ["as_file that is a number", manifestOf({ name: "a", as_file: 1 }), 2, '"as_file" must be true or false'],
    [
      "a description that is a list",
      manifestOf({ name: "a", description: [] }),
      2,
      '"description" must be a string',
    ],
    ["an unknown key in an entry", manifestOf({ ...TOKEN, envvar: "A" }), 2, 'no key "envvar"'],
    ["a name that no secret has", manifestOf({ ...TOKEN, name: "a b" }), 2, "invalid secret name"],
    ["a name of a megabyte", manifestOf({ ...TOKEN, name: `${LONG} ` }), 2, /^.{0,400}$/],
    ["a key of a megabyte", manifestOf({ ...TOKEN, [LONG]: "" }), 2, /^.{0,400}$/],
    ["a variable of no shell", manifestOf(TOKEN, { name: "a", env_var: "A-B" }), 3, 'invalid "env_var"'],
    ["an empty variable", manifestOf({ name: "a", env_var: "" }), 2, 'invalid "env_var"'],
    ["a variable with =", manifestOf({ name: "a", env_var: "A=B" }), 2, 'invalid "env_var"'],
    ["a variable with a NUL", manifestOf({ name: "a", env_var: "A\0" }), 2, 'invalid "env_var"'],
    ["PATH", manifestOf({ name: "a", env_var: "PATH" }), 2, "other code"],
    ["LD_PRELOAD", manifestOf(TOKEN, TOKEN, { name: "a", env_var: "LD_PRELOAD" }), 4, "other code"],
    [
      "a variable twice",
      manifestOf(TOKEN, { ...TOKEN, name: "b" }),
      3,
      'duplicate "env_var" GITHUB_TOKEN (first on line 2)',
    ],
    ["half a character", '{"secrets": [],\n"domain": "\\ud800"}', 2, '"domain" is not valid Unicode'],
    ["too deep a nest", "[".repeat(500_000), 1, "nested too deeply"],
  ];
  /** What JSON Schema cannot say, or does not: each reader of JSON takes the last of two keys. */
  const BEYOND = /not a time|twice|duplicate|dangerous|PATH|LD_PRELOAD|half a character|megabyte|nest/;

  test("what the schema can say, it refuses too", () => {
    const said = CASES.flatMap(([what, text]) => {
      if (BEYOND.test(what)) return [];
      try {
        return [[what, validator.validate(JSON.parse(text)).valid]];
      } catch {
        return [];
      }
    });
    expect(said.length).toBeGreaterThan(25);
    expect(said.filter(([, valid]) => valid)).toEqual([]);
  });

  test.each(CASES)("%s", (_, text, line, message) => {
    const { code, message: said = "" } = refusal(() => read(text));
    expect(code).toBe("invalid_manifest");
    expect(said).toStartWith(`${FILE}:${line}: `);
    expect(said.slice(`${FILE}:${line}: `.length)).toMatch(message);
  });

  test("bytes that are not text", () => {
    expect(refusal(() => readManifest(new Uint8Array([0xff]), FILE)).message).toBe(`${FILE}: not UTF-8`);
  });

  test.each(["__proto__", "constructor", "toString"])("the key %s, which no object has", (key) => {
    expect(refusal(() => read(`{"secrets": [], "${key}": {"domain": "prod"}}`)).message).toContain("no key");
    expect(refusal(() => read(`{"secrets": [{"${key}": {"name": "a"}}]}`)).message).toContain("no key");
    expect(Object.prototype).not.toHaveProperty("domain");
  });

  test("a misspelt key, with the nearest one", () => {
    expect(refusal(() => read(manifestOf({ name: "a", env_vra: "A" }))).fix).toBe('did you mean "env_var"?');
  });
});

describe("JSON with lines", () => {
  const mutated = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "]", "}", '"', "\\", "/", "0", "\n", "x", "\ufeff"))
    .map(([text, at, piece]) => {
      const cut = at % (text.length + 1);
      return text.slice(0, cut) + piece + text.slice(cut + (at % 2));
    });

  test("law: it accepts exactly what JSON.parse accepts", () => {
    const reads = (parse: (text: string) => unknown, text: string): boolean => {
      try {
        parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(mutated, (text) => {
        expect(reads((each) => parseJsonWithLines(each, FILE, "invalid_manifest"), text)).toBe(
          reads(JSON.parse, text),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test("law: each string is what JSON.parse gives, with its line", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), (strings) => {
        const list = parseJsonWithLines(
          `[\n${strings.map((each) => JSON.stringify(each)).join(",\n")}\n]`,
          FILE,
          "invalid_manifest",
        ).list("it");
        expect(list.map((each) => each.text("it"))).toEqual(strings);
        expect(list.map(({ line }) => line)).toEqual(strings.map((_, index) => index + 2));
      }),
    );
  });
});

describe("a manifest chooses", () => {
  const store = sampleStore().data;
  const KEY = { name: "api-key", env_var: "KEY" };
  const sources = (domain?: string): ManifestSources => ({
    store,
    domain,
    environment: { PORT: "80", DB_PASSWORD: "from-env", ACME_PASSPHRASE: "pw" },
    credentials: ["ACME_PASSPHRASE"],
    keyring: async () => ({ kind: "missing" }),
    sops: {
      lookUp: async ({ file, key }) => {
        if (file === "broken.yml") throw new PprotectError("invalid_import", "broken.yml: damaged");
        if (key !== "db.password") return { kind: "missing", detail: `no key ${key}` };
        return { kind: "found", value: utf8("from-sops"), detail: key };
      },
    },
  });
  const choose = async (text: string, domain?: string) => selectByManifest(read(text), FILE, sources(domain));
  const chooseRefused = async (text: string) =>
    choose(text).then(
      () => ({}),
      (error: PprotectError) => error,
    );
  const domains = async (text: string, domain?: string) =>
    (await choose(text, domain)).map((choice) => (isSealed(choice) ? choice.domain : choice.source));
  const prod = { name: "token", env_var: "TOKEN", domain: "prod" };

  test("exactly its secrets, in its order", async () => {
    expect(await choose(manifestOf(prod, { ...KEY, domain: "dev" }))).toEqual([
      { variable: "TOKEN", domain: "prod", name: "token" },
      { variable: "KEY", domain: "dev", name: "api-key" },
    ]);
  });

  test("from its own domain, the one that is given, or the only one that has the name", async () => {
    const text = manifestOf(KEY, prod).replace("{", '{"domain": "dev", ');
    expect(await domains(text)).toEqual(["dev", "prod"]);
    const given = manifestOf(KEY, prod).replace("{", '{"domain": "nope", ');
    expect(await domains(given, "dev")).toEqual(["dev", "prod"]);
    expect(await domains(manifestOf(KEY, { name: "token" }))).toEqual(["dev", "prod"]);
  });

  test("nothing that is not there: the refusal names it, its line and the nearest name", async () => {
    expect(await chooseRefused(manifestOf(prod, { ...KEY, name: "api-kye", domain: "dev" }))).toMatchObject({
      code: "no_such_secret",
      message: `${FILE}:3: no secret "api-kye" in domain "dev"`,
      fix: 'did you mean "api-key"?',
    });
    expect(await chooseRefused(manifestOf({ ...prod, domain: "prd" }))).toMatchObject({
      code: "no_such_domain",
      message: `${FILE}:2: no domain "prd"`,
      fix: 'did you mean "prod"?',
    });
    expect(await chooseRefused(manifestOf({ name: "nope" }))).toMatchObject({
      code: "no_such_secret",
      message: `${FILE}:2: no domain has a secret "nope"`,
    });
    const both = sampleStore().addSecret("prod", "api-key", "x").data;
    const ambiguous = selectByManifest(read(manifestOf(KEY)), FILE, { ...sources(), store: both });
    expect(await ambiguous.catch((error) => error)).toMatchObject({
      code: "invalid_manifest",
      message: `${FILE}:2: several domains have a secret "api-key": dev, prod`,
    });
  });

  test("the first source that has a value", async () => {
    const text = manifestOf(
      { name: "port", from: ["env", "default"], default: "8080" },
      { name: "other", env_var: "NOPE", from: ["env", "default"], default: "8080" },
      { name: "db-password", from: ["store", "env"], env_var: "PORT2" },
      { name: "db-password", from: ["env", "store"] },
      { name: "x", from: ["sops"], sops: { key: "db.password" }, as_file: "x.txt" },
      { name: "gone", from: ["env", "sops"], required: false },
    );
    expect(await choose(text)).toEqual([
      { variable: "PORT", name: "port", source: "env", value: "80" },
      { variable: "NOPE", name: "other", source: "default", value: "8080" },
      { variable: "PORT2", name: "db-password", domain: "dev" },
      { variable: "DB_PASSWORD", name: "db-password", source: "env", value: "from-env" },
      { variable: "X", name: "x", source: "sops", value: "from-sops", file: { name: "x.txt" } },
    ]);
  });

  test("nothing after a source that failed, and says what was tried when no source has it", async () => {
    const broken = { name: "x", from: ["sops", "default"], sops: { file: "broken.yml" }, default: "dev" };
    expect(await chooseRefused(manifestOf(broken))).toMatchObject({
      code: "invalid_import",
      message: `${FILE}:2: broken.yml: damaged`,
    });
    const typo = { name: "x", domain: "prd", from: ["store", "default"], default: "dev" };
    expect(await chooseRefused(manifestOf(typo))).toMatchObject({ code: "no_such_domain" });
    expect(await chooseRefused(manifestOf({ name: "gone", from: ["env", "store", "sops"] }))).toMatchObject({
      code: "no_such_secret",
      message: `${FILE}:2: no source has "gone"`,
      fix: 'env: variable GONE is not set; store: no domain has a secret "gone"; sops: no key gone',
    });
  });

  test("no credentials, whatever it asks for", async () => {
    const ours = { name: "acme-passphrase", from: ["env", "default"], default: "x" };
    expect(await chooseRefused(manifestOf(ours))).toMatchObject({ code: "environment" });
  });
});
