import { expect, test } from "bun:test";
import { scanBytes } from "../../src/scan/scan-bytes.ts";

const line = (name: string) => `${name} = "${["Tiger", "Maple2024!"].join(".")}"`;
const text = `first\r\n${line("DB_PASSWORD")}\r\n`;
const little = Buffer.from(text, "utf16le");
const mark = Buffer.from([0xff, 0xfe]);
const rulesIn = (bytes: Uint8Array, before?: Uint8Array) =>
  scanBytes("deploy/env.txt", bytes, before).findings.map((finding) => `${finding.line}:${finding.rule}`);

test.each([
  ["little-endian with a byte order mark", Buffer.concat([mark, little])],
  ["big-endian with a byte order mark", Buffer.concat([mark, little]).swap16()],
  ["little-endian without a mark", little],
  ["big-endian without a mark", Buffer.from(little).swap16()],
])("text in UTF-16, %s, is decoded and scanned", (_, bytes) => {
  expect(rulesIn(bytes)).toEqual(["2:password-assignment"]);
});

test("lines that the file had before are not reported", () => {
  const more = Buffer.from(`${text}${line("MAIL_PASSWORD").replace("Tiger", "Zebra")}\r\n`, "utf16le");
  expect(rulesIn(more)).toEqual(["2:password-assignment", "3:password-assignment"]);
  expect(rulesIn(more, little)).toEqual(["3:password-assignment"]);
});

test("keystores are found by their first bytes and by their names, not those that only trust", () => {
  const java = Buffer.concat([Buffer.from("feedfeed0000000200000001", "hex"), Buffer.alloc(64, 1)]);
  // A sequence, version 3, and the object id of PKCS#7 data.
  const pkcs12 = Buffer.concat([
    Buffer.from("30820971020103308209370609", "hex"),
    Buffer.from("2a864886f70d010701", "hex"),
    Buffer.alloc(64, 1),
  ]);
  const trusted = Buffer.from(`feedfeed0000000200000001${"00000002"}`, "hex");
  expect(rulesIn(trusted)).toEqual([]);
  expect(scanBytes("android/release.keystore", Buffer.alloc(99)).findings).toHaveLength(1);
  expect(scanBytes("conf/truststore.jks", Buffer.alloc(99)).findings).toHaveLength(0);
  expect(rulesIn(java)).toEqual(["1:keystore-file"]);
  expect(rulesIn(pkcs12)).toEqual(["1:keystore-file"]);
});

test("text in UTF-32 is not taken for UTF-16: it was not scanned", () => {
  const wide = (write: "writeUInt32LE" | "writeUInt32BE") => {
    const points = Array.from(`\ufeff${text}`, (character) => character.codePointAt(0) ?? 0);
    const bytes = Buffer.alloc(points.length * 4);
    for (const [index, point] of points.entries()) bytes[write](point, index * 4);
    return bytes;
  };
  for (const bytes of [wide("writeUInt32LE"), wide("writeUInt32BE")])
    expect(scanBytes("deploy/env.txt", bytes)).toEqual({ findings: [], skipped: true });
});

test("nothing is said about other binary files but that they were skipped", () => {
  const picture = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(300)]);
  const certificates = Buffer.concat([
    Buffer.from("3082097106092a864886f70d010702", "hex"),
    Buffer.alloc(64, 1),
  ]);
  for (const bytes of [picture, certificates, Buffer.from([0]), Buffer.alloc(1000)]) {
    expect(scanBytes("a.bin", bytes)).toEqual({ findings: [], skipped: true });
  }
});

test.each([
  ["one zero byte", `first\0\n${line("DB_PASSWORD")}\n`],
  ["zero bytes between settings", `PATH=/usr/bin\0LANG=C.UTF-8\0\n${line("DB_PASSWORD")}\0HOME=/srv/app\0`],
  ["another control character", `first\x01\n${line("DB_PASSWORD")}\0\n`],
])("text with %s is scanned", (_, damaged) => {
  expect(rulesIn(Buffer.from(damaged))).toEqual(["2:password-assignment"]);
  expect(rulesIn(Buffer.from(damaged), Buffer.from(damaged))).toEqual([]);
});

test("what has more zero bytes, or bytes of no text, is not taken for text", () => {
  const password = line("DB_PASSWORD");
  for (const bytes of [
    Buffer.from(`${password}${"\0".repeat(20)}`),
    Buffer.from(`${password}\0\x01\x02\x03`),
    Buffer.concat([Buffer.from(`${password}\0`), Buffer.from([0xff, 0xd8, 0xc3])]),
  ])
    expect(scanBytes("a.bin", bytes)).toEqual({ findings: [], skipped: true });
});
