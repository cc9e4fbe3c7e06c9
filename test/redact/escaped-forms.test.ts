import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { inspect } from "node:util";
import fc from "fast-check";
import { redactionOf } from "../../src/redact/redaction.ts";

function redact(secrets: readonly (readonly [string, string])[], text: string): string {
  const redactor = redactionOf(secrets).redactor();
  const out = Buffer.from(redactor.push(Buffer.from(text)));
  return out.toString() + Buffer.from(redactor.end()).toString();
}

const bytes = (text: string): number[] => [...Buffer.from(text)];
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");
const units = (text: string): number[] => [...Array(text.length).keys()].map((at) => text.charCodeAt(at));
const percent = (text: string, kept: RegExp): string =>
  [...text]
    .map((char) =>
      kept.test(char)
        ? char
        : bytes(char)
            .map((byte) => `%${hex(byte, 2)}`)
            .join(""),
    )
    .join("");

/** RFC 4648 §6, by definition. */
function base32(text: string): string {
  const bits = bytes(text)
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  const digits = groups.map(
    (group) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(group.padEnd(5, "0"), 2)],
  );
  return digits.join("").padEnd(Math.ceil(digits.length / 8) * 8, "=");
}

/** What Python puts between quotes: its short escapes, and others for all that is not printable ASCII. */
function literal(text: string, other: (codes: number[], char: string) => string): string {
  const short = new Map([..."\\\n\r\t"].map((char, at) => [char, `\\${"\\nrt"[at]}`]));
  return [...text]
    .map((char) => short.get(char) ?? (/^[ -~]$/.test(char) ? char : other([char.codePointAt(0) ?? 0], char)))
    .join("");
}

function octalBytes(_: number[], char: string): string {
  return bytes(char)
    .map((byte) => `\\${byte.toString(8).padStart(3, "0")}`)
    .join("");
}

function pythonEscape(code: number): string {
  if (code < 256) return `x${hex(code, 2)}`;
  return code < 65536 ? `u${hex(code, 4)}` : `U${hex(code, 8)}`;
}

/** Writers of each form, independent of what makes the patterns. */
const WRITERS: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  base64: (text) => Buffer.from(text).toString("base64"),
  "base64 without padding": (text) => Buffer.from(text).toString("base64").replace(/=+$/, ""),
  base64url: (text) => Buffer.from(text).toString("base64url"),
  base32,
  "base32 in lower case, without padding": (text) => base32(text).toLowerCase().replace(/=+$/, ""),
  hex: (text) => Buffer.from(text).toString("hex"),
  "hex in upper case": (text) => Buffer.from(text).toString("hex").toUpperCase(),
  "hex with colons, as openssl's": (text) =>
    bytes(text)
      .map((byte) => hex(byte, 2))
      .join(":"),
  "hex with spaces, as od's": (text) =>
    bytes(text)
      .map((byte) => hex(byte, 2))
      .join(" "),
  "hex with dashes, as .NET's": (text) =>
    bytes(text)
      .map((byte) => hex(byte, 2).toUpperCase())
      .join("-"),
  "quoted-printable": (text) =>
    [...text]
      .map((char) =>
        /^[\t\n\r -<>-~]$/.test(char)
          ? char
          : bytes(char)
              .map((byte) => `=${hex(byte, 2).toUpperCase()}`)
              .join(""),
      )
      .join(""),
  encodeURIComponent,
  "encodeURIComponent twice": (text) => encodeURIComponent(encodeURIComponent(text)),
  encodeURI,
  "URLSearchParams (form)": (text) => new URLSearchParams([["", text]]).toString().slice(1),
  "URL, unreserved kept, in lower case": (text) => percent(text, /^[A-Za-z0-9\-._~]$/),
  "URL, every byte": (text) => percent(text, /^\b\B$/).toUpperCase(),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  "JSON in JSON": (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  "JSON in ASCII": (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[\x7f-\uffff]/g, (char) => `\\u${hex(char.charCodeAt(0), 4)}`),
  "JSON with escaped slashes": (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
  "HTML, Bun's": (text) => Bun.escapeHTML(text),
  "HTML, decimal": (text) => [...text].map((char) => `&#${char.codePointAt(0)};`).join(""),
  "HTML, hexadecimal": (text) => [...text].map((char) => `&#x${char.codePointAt(0)?.toString(16)};`).join(""),
  "unicode escapes": (text) =>
    units(text)
      .map((unit) => `\\u${hex(unit, 4)}`)
      .join(""),
  "unicode escapes in upper case": (text) =>
    units(text)
      .map((unit) => `\\u${hex(unit, 4).toUpperCase()}`)
      .join(""),
  "shell, single quotes": (text) => text.replaceAll("'", "'\\''"),
  "shell, double quotes": (text) => text.replace(/[\\"$`]/g, "\\$&"),
  "shell, Bun's": (text) => {
    const escaped = Bun.$.escape(text);
    return /^".*"$/s.test(escaped) ? escaped.slice(1, -1) : escaped;
  },
  "Python's ascii": (text) => literal(text, ([code]) => `\\${pythonEscape(code ?? 0)}`),
  "Python's repr of bytes": (text) =>
    literal(text, (_, char) =>
      bytes(char)
        .map((byte) => `\\x${hex(byte, 2)}`)
        .join(""),
    ),
  "Node's util.inspect, in whatever quotes": (text) => inspect(text, { maxStringLength: null }).slice(1, -1),
  "C's octal escapes, with double quotes": (text) => literal(text, octalBytes).replaceAll('"', '\\"'),
  "C's octal escapes, as sed's": (text) => literal(text, octalBytes),
  "YAML, SQL and PowerShell, single quotes": (text) => text.replaceAll("'", "''"),
  "CSV, double quotes": (text) => text.replaceAll('"', '""'),
  "JavaScript's escape": escape,
  "a regular expression, in JavaScript": (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  "a regular expression, with Python's re.escape": (text) =>
    [...text].map((char) => ("()[]{}?*+-|^$\\.&~# \t\n\r\v\f".includes(char) ? `\\${char}` : char)).join(""),
  "make and docker compose": (text) => text.replaceAll("$", () => "$$"),
  "INI files and systemd": (text) => text.replaceAll("%", "%%"),
  "CR LF": (text) => text.replace(/\r?\n/g, "\r\n"),
};

/** Secrets of any characters, none of them white space at an end. */
const secrets = fc
  .oneof(
    fc.string({ unit: "grapheme-ascii", minLength: 4, maxLength: 40 }),
    fc.string({ unit: "grapheme", minLength: 4, maxLength: 20 }),
    fc
      .array(fc.constantFrom(..."aZ09'\"\\$`&<>/%+= é🎲\n\t~#!*"), { minLength: 4, maxLength: 30 })
      .map((all) => all.join("")),
  )
  .map((text) => text.trim())
  .filter((text) => [...text].length >= 4);

describe.each(Object.entries(WRITERS))("%s", (_, write) => {
  test("of any secret is replaced whole", () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        expect(redact([["name", secret]], `~ ${write(secret)} ~`)).toBe("~ [REDACTED:name] ~");
      }),
      { numRuns: 150 },
    );
  });
});

test.each([
  ["zsh's (q)", String.raw`p\$s\#w0\{r\}d!x@y%z\;q\"a\&\ b~=\^c\'d`],
  ["zsh's (q), at the beginning", String.raw`\~p\$s\ x=~`],
  ["fish's escape", String.raw`p\$s\#w0\{r\}d!x@y\%z\;q\"a\&\ b\~=^c\'d`],
  [
    "fish's escape for a regular expression",
    String.raw`p\$s#w0\{r\}d!x@y%z;q"a&\ b~=\^c'd\-\.e`.replace("\\ ", " "),
  ],
])("%s is replaced whole", (_, escaped) => {
  const secret = escaped.replaceAll("\\", "");
  expect(redact([["name", secret]], `<${escaped}>`)).toBe("<[REDACTED:name]>");
});

test.each(["utf16le", "utf16be"])("ASCII in %s is replaced, but for a zero byte", (encoding) => {
  const encode = (text: string): Buffer => {
    const bytes = Buffer.from(text, "utf16le");
    return encoding === "utf16be" ? bytes.swap16() : bytes;
  };
  fc.assert(
    fc.property(secrets, (text) => {
      const secret = text.replace(/[^ -~]/g, "x");
      const redactor = redactionOf([["name", secret]]).redactor();
      const pushed = Buffer.from(redactor.push(encode(`password=${secret};`)));
      const out = Buffer.concat([pushed, redactor.end()]);
      expect(out.toString("latin1").replaceAll("\0", "")).toBe("password=[REDACTED:name];");
    }),
  );
});

describe("among other bytes", () => {
  const around = fc.uint8Array({ maxLength: 12 });
  /** What of a text of digits no secret's bits are in. */
  const digitsOutside = (before: number, length: number, bits: number): [number, number] => [
    Math.ceil((before * 8) / bits),
    Math.ceil(((before + length) * 8) / bits),
  ];

  test.each([
    ["base64", "utf8", 6, (all: Buffer) => all.toString("base64")],
    ["base64url", "utf8", 6, (all: Buffer) => all.toString("base64url")],
    ["base32", "utf8", 5, (all: Buffer) => base32(all.toString("latin1"))],
    // What `powershell -EncodedCommand` takes.
    ["base64", "utf16le", 6, (all: Buffer) => all.toString("base64")],
  ] as const)(
    "in %s of %s, all digits go but the one that the first byte shares with what is before",
    (_, charset, bits, encode) => {
      fc.assert(
        fc.property(
          around,
          fc.string({ unit: "grapheme-ascii", minLength: 4, maxLength: 30 }),
          around,
          (a, text, z) => {
            const secret = text.trim();
            fc.pre(secret.length >= 4);
            // The base32 above takes text: only ASCII around it.
            const [before, after] = [a, z].map((some) => Buffer.from(some.map((byte) => byte & 0x7f)));
            const inner = Buffer.from(secret, charset);
            const encoded = encode(Buffer.concat([before as Buffer, inner, after as Buffer]));
            const [from, to] = digitsOutside(a.length, inner.length, bits);
            const rest = encoded.slice(to);
            const kept = z.length === 0 ? rest.replace(/^=+$/, "") : rest;
            expect(redact([["name", secret]], encoded)).toBe(
              `${encoded.slice(0, from)}[REDACTED:name]${kept}`,
            );
          },
        ),
      );
    },
  );
});

describe("in the lines of", () => {
  const long = "a secret of some length, ".repeat(20).trim();

  test.each([
    ["base64", []],
    ["base64", ["-w", "64"]],
    ["base32", []],
  ])("%s %j", (program, args) => {
    const { stdout } = spawnSync(program, args, { input: long, encoding: "utf8" });
    expect(stdout.split("\n").length).toBeGreaterThan(3);
    expect(redact([["name", long]], stdout)).toBe("[REDACTED:name]\n");
    expect(redact([["name", long]], stdout.replaceAll("\n", "\r\n"))).toBe("[REDACTED:name]\r\n");
  });

  test("xxd -p", () => {
    const lines = Buffer.from(long).toString("hex").replace(/.{60}/g, "$&\n");
    expect(redact([["name", long]], `${lines}\n`)).toBe("[REDACTED:name]\n");
  });
});

describe("a secret of several lines", () => {
  const pem = `-----BEGIN TEST KEY-----\n${"QUJD".repeat(16)}\n${"REVG".repeat(16)}\nend\n-----END TEST KEY-----\n`;
  const redacted = (text: string): string => redact([["key", pem]], text);

  test("is replaced whole, and what is around it stays", () => {
    expect(redacted(`a ${pem}b`)).toBe("a [REDACTED:key]\nb");
    expect(redacted(pem.replaceAll("\n", "\r\n"))).toBe("[REDACTED:key]\r\n");
  });

  test("is replaced line by line when it is indented, but for short lines and PEM's first and last", () => {
    expect(redacted(pem.replace(/^/gm, "  "))).toBe(
      "  -----BEGIN TEST KEY-----\n  [REDACTED:key]\n  [REDACTED:key]\n  end\n  -----END TEST KEY-----\n  ",
    );
  });
});

describe("secrets", () => {
  test("of fewer than four characters are named, but for empty ones, and not looked for", () => {
    const given = [
      ["short", "abc"],
      ["blank", "  ab \n"],
      ["empty", ""],
      ["letters", "é🎲ü"],
      ["long", "abcd"],
    ] as const;
    expect(redactionOf(given).tooShort).toEqual(["short", "blank", "letters"]);
    expect(redact(given, "abc abcd")).toBe("abc [REDACTED:long]");
  });

  test("whose one is a part of the other: the longer one is named, and both are gone", () => {
    const given = [
      ["user", "alice"],
      ["url", "db://alice:pw@host"],
    ] as const;
    expect(redact(given, "alice db://alice:pw@host db://alice:")).toBe(
      "[REDACTED:user] [REDACTED:url] db://[REDACTED:user]:",
    );
  });

  test("of one value have the first one's name", () => {
    expect(
      redact(
        [
          ["a", "same value"],
          ["b", "same value"],
        ],
        "same value",
      ),
    ).toBe("[REDACTED:a]");
  });

  test("with a name that a terminal would obey have it made printable", () => {
    expect(redact([["a\x1b[2J", "some value"]], "some value")).toBe("[REDACTED:a\\u{1b}[2J]");
  });

  test("in any number and text never come out, in any form", () => {
    const writers = Object.values(WRITERS);
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: fc.constantFrom(..."abcdefgh01234567'&/ "), minLength: 8, maxLength: 20 }),
          { minLength: 1 },
        ),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.string({ maxLength: 5 }))),
        fc.nat({ max: 50 }),
        (values, places, size) => {
          const given = values.map((value, index) => [`s${index}`, value.replace(/^ | $/g, "x")] as const);
          const text = places
            .map(([secret, writer, filling]) => {
              const [, value = ""] = given[secret % given.length] ?? [];
              return filling + (writers[writer % writers.length] as (text: string) => string)(value);
            })
            .join(" ");
          const redactor = redactionOf(given).redactor();
          const input = Buffer.from(text);
          const parts: Buffer[] = [];
          for (let at = 0; at < input.length; at += size + 1) {
            parts.push(Buffer.from(redactor.push(input.subarray(at, at + size + 1))));
          }
          const out = Buffer.concat([...parts, redactor.end()]).toString();
          for (const [, value] of given) {
            for (const write of writers) expect(out.includes(write(value))).toBe(false);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test("in a number of thousands are found", () => {
    const given = [...Array(2000).keys()].map(
      (number) => [`s${number}`, `value-${number * 7919}-${number}`] as const,
    );
    const text = given.map(([, value]) => Buffer.from(value).toString("base64")).join(" ");
    expect(redact(given, text)).toBe(given.map(([name]) => `[REDACTED:${name}]`).join(" "));
  });
});
