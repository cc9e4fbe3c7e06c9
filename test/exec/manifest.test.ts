import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseJsonWithLines } from "../../src/common/json-with-lines.ts";
import { commonTerms, readManifest } from "../../src/exec/manifest.ts";
import { selectByManifest } from "../../src/exec/manifest-selection.ts";
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
        { name: "github_token", variable: "GITHUB_TOKEN", domain: undefined, handout: {}, line: 3 },
        { name: "key", variable: "_key2", domain: "prod", handout: { ttl: 1_800_000 }, line: 4 },
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

  test("may give one secret under two names, and one name from two domains", () => {
    const entries = [TOKEN, { ...TOKEN, env_var: "B" }, { ...TOKEN, env_var: "C", domain: "prod" }];
    expect(read(manifestOf(...entries)).entries).toHaveLength(3);
  });
});

describe("is refused, with its line:", () => {
  const LONG = "x".repeat(1_000_000);
  test.each<[what: string, text: string, line: number, message: string | RegExp]>([
    ["no text at all", "", 1, "invalid JSON: value expected"],
    [
      "a ttl that is no time",
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
    ["an entry without env_var", manifestOf({ name: "a" }), 2, 'an entry of "secrets" has no "env_var"'],
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
  ])("%s", (_, text, line, message) => {
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
  const choose = (text: string, domain?: string) => selectByManifest(store, read(text), FILE, domain);
  const prod = { name: "token", env_var: "TOKEN", domain: "prod" };

  test("exactly its secrets, in its order", () => {
    expect(choose(manifestOf(prod, { ...KEY, domain: "dev" }))).toEqual([
      { variable: "TOKEN", domain: "prod", name: "token" },
      { variable: "KEY", domain: "dev", name: "api-key" },
    ]);
  });

  test("from its own domain, or from the one that is given, where an entry names none", () => {
    const text = manifestOf(KEY, prod).replace("{", '{"domain": "dev", ');
    expect(choose(text).map(({ domain }) => domain)).toEqual(["dev", "prod"]);
    const given = manifestOf(KEY, prod).replace("{", '{"domain": "nope", ');
    expect(choose(given, "dev").map(({ domain }) => domain)).toEqual(["dev", "prod"]);
  });

  test("nothing that is not there: the refusal names it, its line and the nearest name", () => {
    expect(refusal(() => choose(manifestOf(prod, { ...KEY, name: "api-kye", domain: "dev" })))).toMatchObject(
      {
        code: "no_such_secret",
        message: `${FILE}:3: no secret "api-kye" in domain "dev"`,
        fix: 'did you mean "api-key"?',
      },
    );
    expect(refusal(() => choose(manifestOf({ ...prod, domain: "prd" })))).toMatchObject({
      code: "no_such_domain",
      message: `${FILE}:2: no domain "prd"`,
      fix: 'did you mean "prod"?',
    });
    expect(refusal(() => choose(manifestOf(KEY)))).toMatchObject({
      code: "invalid_manifest",
      message: `${FILE}:2: no domain for secret "api-key"`,
    });
  });
});
