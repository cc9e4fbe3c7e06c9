import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { finderOf } from "../../src/redact/finder.ts";

const VALUE = "q8Jd92kQ-leaked-value";
const finder = finderOf([["token", VALUE]]);

function matched(content: string): string[] {
  return finder.matched(Buffer.from(content, "latin1")).map((bytes) => Buffer.from(bytes).toString("latin1"));
}

describe("what a finder matched", () => {
  test("is the text as it is there", () => {
    expect(matched(`a ${VALUE} b ${encodeURIComponent(VALUE)}${VALUE}`)).toEqual([VALUE, VALUE, VALUE]);
    const lines = Buffer.from(VALUE).toString("base64").replace(/.{20}/g, "$&\n");
    expect(matched(`x: ${lines}`).join("")).toContain("\n");
  });

  test("is one text where escape sequences of a terminal are inside", () => {
    const coloured = [...VALUE].join("\x1b[1m");
    expect(matched(` ${coloured} `)).toEqual([coloured]);
  });

  test("is all that is found: without it, nothing is", () => {
    const forms = [VALUE, Buffer.from(VALUE).toString("base64"), Buffer.from(VALUE).toString("hex")];
    const piece = fc.oneof(fc.constantFrom(...forms), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const content = pieces.join(" ");
        const left = matched(content).reduce((text, each) => text.replaceAll(each, "***REMOVED***"), content);
        const search = finder.search();
        search.push(Buffer.from(left, "latin1"));
        expect(search.end().size).toBe(0);
      }),
    );
  });
});
