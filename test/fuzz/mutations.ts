import fc from "fast-check";

/** Text that means something to YAML, to git or to a terminal, in places where nobody expects it. */
const SPECIALS: readonly (string | Uint8Array)[] = [
  ...[
    "&a ",
    "*a",
    "&a [*a]",
    "!!binary ",
    "!!str ",
    "!<x> ",
    "!",
    "<<: *a\n",
    "<<: {}\n",
    "? ",
    "? x\n: y\n",
  ],
  ...["---\n", "...\n", "--- |\n", "%YAML 1.1\n---\n", "%TAG ! x\n", "# comment\n", " #x", "#"],
  ...[
    "|\n",
    "|+2\n",
    ">-\n",
    "|9\n",
    "- ",
    "-",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ": ",
    "'",
    '"',
    "\\",
    "`",
    "@",
    "%",
  ],
  ...[
    "null",
    "~",
    "true",
    "no",
    "1e999",
    "9".repeat(400),
    "-0x1F",
    "0o17",
    ".inf",
    ".nan",
    "2026-01-01",
    "1:30",
  ],
  ...[
    "\r",
    "\r\n",
    "\n",
    "\n\n",
    "\t",
    " ",
    "  ",
    "      ",
    "\0",
    "\x1b[2J",
    "\x07",
    "\x7f",
    "\u0085",
    "\u00a0",
  ],
  ...["\u2028", "\u2029", "\u202e", "\u200b", "\ufeff", "\ufffe", "\uffff", "🎲", "e\u0301", "\u{10ffff}"],
  ...[
    "__proto__: {}\n",
    "constructor:\n",
    "toString: AA\n",
    "meta:\n",
    "  meta:\n",
    "    owners: {}\n",
    "owners: []\n",
  ],
  ...[
    "key-custodians: {}\n",
    "audit-log: []\n",
    "audit-log:\n",
    "  secret-x: AA==\n",
    "secret-",
    "pwdkm: AA\n",
  ],
  ...[
    "<<<<<<< ours\n",
    "=======\n",
    "||||||| base\n",
    ">>>>>>> theirs\n",
    "AAAA",
    "====",
    "@@ -1,9 +1,9 @@\n",
  ],
  ...[
    "diff --git a/x b/x\n",
    "+++ b/x\n",
    `:100644 100644 ${"0".repeat(40)} ${"1".repeat(40)} M\tx\n`,
    '"\\303',
    "x".repeat(5000),
  ],
  ...[
    [0xff],
    [0xfe, 0xff],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0xe2, 0x82],
    [0x80],
  ].map((bytes) => new Uint8Array(bytes)),
];

/** What is nested without end, and how deep. */
const NESTS = ["[", "{a: ", "- ", "? ", "a:\n ", "'", '"', "&a ", "!x ", "# ", "(", "|"];

/** From 0 to below 1, each as likely; `fc.double` has as many below 1e-10 as above. */
const fraction = fc.nat(2 ** 30 - 1).map((part) => part / 2 ** 30);

/** Changes of whole lines: what comes of them is often a store again, and says something else. */
const lineEdits = [
  fc.record({
    kind: fc.constant("delete lines" as const),
    line: fraction,
    count: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({
    kind: fc.constant("double lines" as const),
    line: fraction,
    count: fc.integer({ min: 1, max: 8 }),
    to: fraction,
  }),
  fc.record({ kind: fc.constant("move line" as const), line: fraction, to: fraction }),
  fc.record({ kind: fc.constant("swap values" as const), line: fraction, to: fraction }),
] as const;

const what = fc.nat(SPECIALS.length - 1);
const length = fc.nat(60);

/** A change of a text, its places as fractions of whatever length the text has by then. */
const edit = fc.oneof(
  ...lineEdits,
  fc.record({ kind: fc.constant("flip bit" as const), at: fraction, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("set byte" as const), at: fraction, byte: fc.nat(255) }),
  fc.record({ kind: fc.constant("delete" as const), at: fraction, length }),
  fc.record({
    kind: fc.constant("double" as const),
    at: fraction,
    length,
    times: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant("insert" as const), at: fraction, what }),
  fc.record({ kind: fc.constant("insert in line" as const), line: fraction, place: fc.nat(2), what }),
  fc.record({ kind: fc.constant("replace value" as const), line: fraction, what }),
  fc.record({ kind: fc.constant("indent" as const), line: fraction, by: fc.integer({ min: -4, max: 4 }) }),
  fc.record({ kind: fc.constant("splice" as const), at: fraction, from: fraction, lines: fc.boolean() }),
  fc.record({ kind: fc.constant("cut off" as const), at: fraction }),
  fc.record({
    kind: fc.constant("line ends" as const),
    with: fc.constantFrom("\r\n", "\r", "\n\n", "\u2028"),
  }),
  fc.record({
    kind: fc.constant("nest" as const),
    line: fraction,
    what: fc.nat(NESTS.length - 1),
    depth: fc.oneof(
      { arbitrary: fc.constantFrom(3, 40, 1000), weight: 9 },
      // Takes a hundred times as long as all else.
      { arbitrary: fc.constant(20_000), weight: 1 },
    ),
  }),
);

export type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

/** Few edits leave much of a text as it was: those are the mutants that get far. */
export const edits = fc.noBias(
  fc.oneof(
    { arbitrary: fc.array(edit, { minLength: 1, maxLength: 1 }), weight: 4 },
    { arbitrary: fc.array(edit, { minLength: 2, maxLength: 6 }), weight: 2 },
  ),
);

/** Likewise of whole lines alone. */
export const someLineEdits = fc.noBias(fc.array(fc.oneof(...lineEdits), { minLength: 1, maxLength: 3 }));

/** More is cut: what grows by doubling is not what is looked for here. */
const MAX_BYTES = 400_000;

/** A text after some edits; `other` is what splices take from. */
export function mutate(text: Uint8Array, changes: readonly Edit[], other: Uint8Array): Buffer {
  return changes.reduce<Buffer>(
    (bytes, change) => apply(bytes, change, Buffer.from(other)).subarray(0, MAX_BYTES),
    Buffer.from(text),
  );
}

function apply(bytes: Buffer, change: Edit, other: Buffer): Buffer {
  switch (change.kind) {
    case "flip bit":
      return withByte(bytes, change.at, (byte) => byte ^ (1 << change.bit));
    case "set byte":
      return withByte(bytes, change.at, () => change.byte);
    case "delete":
      return cutOut(bytes, place(bytes, change.at), change.length);
    case "double": {
      const at = place(bytes, change.at);
      const piece = bytes.subarray(at, at + change.length);
      return insert(bytes, at, ...Array.from({ length: change.times }, () => piece));
    }
    case "insert":
      return insert(bytes, place(bytes, change.at), special(change.what));
    case "cut off":
      return bytes.subarray(0, place(bytes, change.at));
    case "splice": {
      const head = place(bytes, change.at);
      const tail = place(other, change.from);
      if (!change.lines) return Buffer.concat([bytes.subarray(0, head), other.subarray(tail)]);
      return Buffer.concat([
        bytes.subarray(0, lineStart(bytes, head)),
        other.subarray(lineStart(other, tail)),
      ]);
    }
    default:
      return applyToLines(bytes, change);
  }
}

type LineEdit = Exclude<
  Edit,
  { kind: "flip bit" | "set byte" | "delete" | "double" | "insert" | "cut off" | "splice" }
>;

/** Latin-1 keeps bytes that are no UTF-8 as they are. */
function applyToLines(bytes: Buffer, change: LineEdit): Buffer {
  const lines = bytes.toString("latin1").split("\n");
  const at = (fraction: number): number => Math.floor(fraction * lines.length);
  const special1 = (index: number): string => special(index).toString("latin1");
  switch (change.kind) {
    case "insert in line": {
      const line = lines[at(change.line)] ?? "";
      const start = [0, line.length - line.trimStart().length, line.length][change.place] ?? 0;
      lines[at(change.line)] = line.slice(0, start) + special1(change.what) + line.slice(start);
      break;
    }
    case "delete lines":
      lines.splice(at(change.line), change.count);
      break;
    case "double lines":
      lines.splice(at(change.to), 0, ...lines.slice(at(change.line), at(change.line) + change.count));
      break;
    case "move line":
      lines.splice(at(change.to), 0, ...lines.splice(at(change.line), 1));
      break;
    case "swap values": {
      const [a = "", b = ""] = [lines[at(change.line)], lines[at(change.to)]];
      lines[at(change.line)] = keyOf(a) + textAfterKey(b);
      lines[at(change.to)] = keyOf(b) + textAfterKey(a);
      break;
    }
    case "replace value":
      lines[at(change.line)] = keyOf(lines[at(change.line)] ?? "") + special1(change.what);
      break;
    case "indent": {
      const line = lines[at(change.line)] ?? "";
      lines[at(change.line)] =
        change.by < 0 ? line.slice(Math.min(-change.by, indentOf(line))) : " ".repeat(change.by) + line;
      break;
    }
    case "line ends":
      return Buffer.from(lines.join(Buffer.from(change.with).toString("latin1")), "latin1");
    case "nest": {
      const line = lines[at(change.line)] ?? "";
      lines[at(change.line)] =
        keyOf(line) + (NESTS[change.what] ?? "").repeat(change.depth) + textAfterKey(line);
    }
  }
  return Buffer.from(lines.join("\n"), "latin1");
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** All of a line up to its value. */
function keyOf(line: string): string {
  const colon = line.lastIndexOf(": ");
  return colon === -1 ? line : line.slice(0, colon + 2);
}

function textAfterKey(line: string): string {
  return line.slice(keyOf(line).length);
}

function special(index: number): Buffer {
  return Buffer.from((SPECIALS[index] ?? "") as string);
}

function place(bytes: Uint8Array, fraction: number): number {
  return Math.floor(fraction * (bytes.length + 1));
}

function lineStart(bytes: Buffer, at: number): number {
  return at === 0 ? 0 : bytes.lastIndexOf(10, at - 1) + 1;
}

function withByte(bytes: Buffer, fraction: number, change: (byte: number) => number): Buffer {
  const changed = Buffer.from(bytes);
  const at = Math.floor(fraction * bytes.length);
  if (at < bytes.length) changed[at] = change(bytes[at] ?? 0) & 0xff;
  return changed;
}

function cutOut(bytes: Buffer, at: number, length: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
}

function insert(bytes: Buffer, at: number, ...pieces: readonly Uint8Array[]): Buffer {
  return Buffer.concat([bytes.subarray(0, at), ...pieces, bytes.subarray(at)]);
}
