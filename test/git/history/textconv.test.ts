import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { storeAsText } from "../../../src/git/history/textconv.ts";
import { storeLines } from "../../../src/store/diff/store-text.ts";
import { utf8 } from "../../support/bytes.ts";
import { fixtureBytes, interopStores, invalidNames } from "../../support/fixtures.ts";
import { sampleStore } from "../../support/stores.ts";

const SAMPLE = sampleStore();
const SEALED = [...(SAMPLE.data.domains.get("dev")?.secrets.values() ?? [])];

describe("storeAsText", () => {
  test("an empty file gives an empty text", () => {
    expect(storeAsText(new Uint8Array())).toBe("");
  });

  test("a store gives its lines", () => {
    expect(storeAsText(utf8(SAMPLE.toString()))).toBe(`${storeLines(SAMPLE.data).join("\n")}\n`);
  });

  test("a store in another layout gives the same text", () => {
    const text = SAMPLE.toString();
    expect(storeAsText(utf8(`# a comment\n${text.replaceAll("\n", "\r\n")}`))).toBe(storeAsText(utf8(text)));
  });

  for (const { name, bytes, secrets } of interopStores()) {
    test(`the Python program's ${name}.yaml: a line for each secret`, () => {
      const lines = storeAsText(bytes).split("\n");
      const count = Object.values(secrets).reduce((sum, each) => sum + Object.keys(each).length, 0);
      expect(lines.filter((line) => line.startsWith("  secret "))).toHaveLength(count);
    });
  }

  for (const name of invalidNames()) {
    test(`the broken ${name}.yaml gets a line that says why`, () => {
      const bytes = fixtureBytes("invalid", `${name}.yaml`);
      const [first] = storeAsText(bytes).split("\n");
      if (bytes.length === 0) expect(first).toBe("");
      else expect(first).toStartWith("unreadable store: ");
    });
  }

  test("conflict markers are kept, and sealed values between them become the same fingerprints", () => {
    const [mine = "", theirs = ""] = SEALED;
    const text = SAMPLE.toString().replace(
      `  secret-api-key: ${mine}\n`,
      `<<<<<<< ours\n  secret-api-key: ${mine}\n=======\n  secret-api-key: ${theirs}\n>>>>>>> theirs\n`,
    );

    const lines = storeAsText(utf8(text)).split("\n");

    const fingerprint = storeLines(SAMPLE.data)
      .find((line) => line.startsWith("  secret api-key"))
      ?.slice(-12);
    expect(lines.slice(0, 5)).toEqual([
      "unreadable store: line 2: unresolved merge",
      "dev:",
      "<<<<<<< ours",
      `  secret-api-key: <sealed ${fingerprint}>`,
      "=======",
    ]);
    const log = lines.indexOf("audit-log:");
    expect(lines.slice(0, log).join("\n")).not.toMatch(/[A-Za-z0-9+/]{44}/);
  });

  test("a broken store's audit log has no keys and signatures in full", () => {
    const key = `A${"b/".repeat(21)}w`;
    const entry = `'2026-01-02T03:04:05Z -- signed grant of domain dev under ${key}\n  to alice with key ${key}: ${"xy".repeat(43)}=='`;
    const text = storeAsText(utf8(`<<<<<<< ours\naudit-log:\n- ${entry}\n`));
    expect(text).not.toMatch(/[A-Za-z0-9+/]{44}/);
    expect(text).toMatch(/under <sealed \w{12}>\n {2}to alice with key <sealed \w{12}>: <sealed \w{12}>'\n/);
  });

  test("a store truncated at any byte shows no complete sealed value", () => {
    const bytes = utf8(SAMPLE.toString());
    for (let length = 1; length < bytes.length; length += 7) {
      const text = storeAsText(bytes.subarray(0, length));
      for (const sealed of SEALED) expect(text).not.toContain(sealed);
    }
  });

  test("names that look like base64 are kept", () => {
    const name = "A".repeat(60);
    expect(storeAsText(utf8(`${name}: x\nsecret-${name}: y\n<<<<<<< a\n`))).toContain(
      `${name}: x\nsecret-${name}: y`,
    );
  });

  test("bytes that are not text are escaped", () => {
    const text = storeAsText(Uint8Array.of(0xff, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 0, 10, 0xe2, 0x80, 0xae));
    expect(text).toBe("unreadable store: line 1: not UTF-8\n\ufffd\\u{1b}[31m\\u{0}\n\\u{202e}\n");
  });

  test("YAML that is nested too deeply is not a store", () => {
    const [first] = storeAsText(utf8("[".repeat(100_000))).split("\n");
    expect(first).toStartWith("unreadable store: ");
  });

  test("never throws and prints safe lines, for any bytes", () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: "binary" }).map(utf8),
      fc
        .array(
          fc.constantFrom(
            "a:",
            "- ",
            "\n",
            "  ",
            "meta:",
            "{",
            "[",
            "&x ",
            "*x",
            "!!y ",
            "|",
            "? ",
            "'",
            '"',
            "<<",
          ),
        )
        .map((parts) => utf8(parts.join(""))),
      fc.nat(SAMPLE.toString().length).map((length) => utf8(SAMPLE.toString().slice(length))),
    );
    fc.assert(
      fc.property(pieces, (bytes) => {
        const text = storeAsText(bytes);
        expect(text === "").toBe(bytes.length === 0);
        expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      }),
      { numRuns: 500 },
    );
  });
});
