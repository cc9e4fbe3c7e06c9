import { describe, expect, test } from "bun:test";
import { isAbsolute, join } from "node:path";
import fc from "fast-check";
import { hasRawBytes, pathBytes, pathText } from "../../src/common/path-bytes.ts";
import { escapeUnprintable } from "../../src/common/terminal-safe.ts";
import { decodeUtf8 } from "../../src/common/utf8.ts";
import { systemPath } from "../../src/system/path-text.ts";

const bytes = (latin1: string): Uint8Array => Uint8Array.from(Buffer.from(latin1, "latin1"));

/** Bytes near the edges of UTF-8: continuations, truncated and overlong sequences, the mark itself. */
const odd = fc
  .array(
    fc.constantFrom(
      "a",
      "/",
      "é",
      "\xc3",
      "\xe9",
      "\x80",
      "\xef\xb7\x90",
      "\xf0\x9f\x98",
      "\xc0\xaf",
      "\xff",
    ),
    { maxLength: 12 },
  )
  .map((pieces) => bytes(pieces.join("")));

describe("a path as text", () => {
  test("law: it represents the same bytes, and is itself where they are UTF-8", () => {
    fc.assert(
      fc.property(fc.oneof(odd, fc.uint8Array({ maxLength: 24 })), (path) => {
        const text = pathText(path);
        expect([...pathBytes(text)]).toEqual([...path]);
        const utf8 = decodeUtf8(path);
        if (utf8 !== undefined && !utf8.includes("\ufdd0")) expect(text).toBe(utf8);
        else expect(hasRawBytes(text)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test("law: joined parts are the text of the joined bytes", () => {
    fc.assert(
      fc.property(odd, odd, (one, other) => {
        const joined = Buffer.concat([one, bytes("/"), other]);
        expect(`${pathText(one)}/${pathText(other)}`).toBe(pathText(joined));
      }),
    );
  });

  test("no text hides a separator or a dot in a mark", () => {
    for (const text of ["\ufdd02f", "\ufdd02e\ufdd02e", "\ufdd000"]) {
      expect([...pathBytes(text)]).toEqual([...Buffer.from(text)]);
    }
    expect(isAbsolute(join("/a", pathText(bytes("d\xe9"))))).toBe(true);
  });

  test("is shown with the bytes in hexadecimal", () => {
    expect(escapeUnprintable(pathText(bytes("caf\xe9 \xff")))).toBe("caf\\xe9 \\xff");
    expect(systemPath("café")).toBe("café");
  });
});
