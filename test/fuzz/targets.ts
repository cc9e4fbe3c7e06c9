import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { PprotectError } from "../../src/common/errors.ts";
import { escapeUnprintableLines } from "../../src/common/terminal-safe.ts";
import { decodeUtf8 } from "../../src/common/utf8.ts";
import { checkStoreChange } from "../../src/git/guard/consistency-rules.ts";
import { type DiffEvent, DiffParser } from "../../src/git/guard/diff-parser.ts";
import { readStore } from "../../src/git/guard/format-rules.ts";
import { findingLine } from "../../src/git/guard/report.ts";
import { looksLikeStore } from "../../src/git/guard/store-contents.ts";
import { readingAsText } from "../../src/git/history/textconv.ts";
import { runMergeDriver } from "../../src/git/merge/merge-driver.ts";
import type { StoreVersions } from "../../src/git/merge/versions.ts";
import { addedLinesOf } from "../../src/scan/scan-text.ts";
import { scanLines } from "../../src/scan/scanner.ts";
import { type Reading, readingOf } from "../../src/store/diff/lenient-reading.ts";
import { readCanonical } from "../../src/store/format/canonical-reader.ts";
import { parseStore } from "../../src/store/format/parse.ts";
import { UnresolvedMergeError } from "../../src/store/format/problem.ts";
import { readStrict } from "../../src/store/format/strict-reader.ts";
import { validateEntries } from "../../src/store/format/validation.ts";
import { writeStore } from "../../src/store/format/yaml-writer.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { EMPTY_STORE, type StoreData } from "../../src/store/store-data.ts";
import { TRUST_NO_NEW_KEY } from "../../src/store/trust/known-keys.ts";
import { samples } from "../scan/samples/index.ts";
import { fixtureBytes, interopStores, invalidNames, mergeFiles } from "../support/fixtures.ts";
import { mergeCases } from "../support/merge-cases.ts";
import { scanHostileLines } from "./hostile-lines.ts";
import { draw, ensure } from "./laws.ts";
import { edits, mutate, someLineEdits } from "./mutations.ts";
import { redactor } from "./redactor-target.ts";
import { entryEdits, mutateEntries } from "./store-mutations.ts";

/**
 * Runs one mutant.
 * @returns a word for what became of it, to be counted
 * @throws when something that must hold does not
 */
export type Target = (seed: number) => string | Promise<string>;

/** What a mutant that is refused must be refused with: our own error, one line, of a sane length. */
function refusal(error: unknown): string {
  if (!(error instanceof PprotectError)) throw error;
  ensure(error.message === escapeUnprintableLines(error.message), "an error message is safe to print");
  ensure(!/[\n\t]/.test(error.message) && error.message.length < 2000, "an error message is one line");
  return error.code;
}

const STORES: readonly Uint8Array[] = [
  fixtureBytes("valid.yaml"),
  ...interopStores()
    // A thousand secrets say nothing that ten do not.
    .map(({ bytes }) =>
      bytes.length > 6000 ? Buffer.concat([bytes.subarray(0, 3000), bytes.subarray(-2000)]) : bytes,
    ),
  ...invalidNames().map((name) => fixtureBytes("invalid", `${name}.yaml`)),
  ...mergeFiles().map((path) => fixtureBytes("merge", path)),
];

const storeMutant = fc
  .record({ text: fc.constantFrom(...STORES), other: fc.constantFrom(...STORES), changes: edits })
  .map(({ text, other, changes }) => mutate(text, changes, other));

const parser: Target = (seed) => {
  const bytes = draw(storeMutant, seed);
  let refused: unknown;
  // Once for both uses: it takes longer than all the rest.
  const reading = readingOf(() => {
    try {
      return parseStore(bytes, "any.yaml");
    } catch (error) {
      refused = error;
      throw error;
    }
  });
  readsForPeople(reading, bytes);
  const text = decodeUtf8(bytes);
  const short = text === undefined ? undefined : readCanonical(text);
  if (text !== undefined && short && validateEntries(short).length === 0) {
    const strict = readStrict(text);
    ensure(strict.problems.length === 0 && Bun.deepEquals(strict.store, short), "both readers read the same");
  }
  const { store } = reading;
  if (!store) return refusal(refused);
  const written = KeyFile.from(store).toString();
  const again = KeyFile.parse(Buffer.from(written), "again.yaml");
  ensure(Bun.deepEquals(again.data, store), "what is accepted means the same when it is written and read");
  ensure(again.toString() === written, "what is written is written again to the byte");
  return written === text ? "accepted as it is" : "accepted";
};

/** What `git diff` shows of any bytes at all. */
function readsForPeople(reading: Reading, bytes: Uint8Array): void {
  const text = readingAsText(reading, bytes);
  ensure(
    !/[^\n\t\P{C}]/u.test(text) || text === escapeUnprintableLines(text),
    "a readable diff is safe to print",
  );
}

const CASES = mergeCases().map(({ bytes }) => bytes);
/** How one side came to differ: by its entries, mostly, or by its text. */
const sideChange = fc.option(
  fc.oneof(
    { arbitrary: fc.record({ entries: entryEdits }), weight: 8 },
    { arbitrary: fc.record({ text: fc.oneof(edits, someLineEdits) }), weight: 1 },
  ),
  { freq: 2, nil: undefined },
);
type SideChange = typeof sideChange extends fc.Arbitrary<infer Value> ? Value : never;

const mergeMutant = fc
  .record({
    from: fc.constantFrom(...CASES),
    other: fc.constantFrom(...CASES),
    base: sideChange,
    ours: sideChange,
    theirs: sideChange,
  })
  .map(({ from, other, base, ours, theirs }) => ({
    base: changedSide(from.base, base, other.theirs),
    ours: changedSide(from.ours, ours, from.theirs),
    theirs: changedSide(from.theirs, theirs, other.ours),
  }));

function changedSide(side: Uint8Array, change: SideChange, other: Uint8Array): Uint8Array {
  if (!change) return side;
  if ("text" in change) return mutate(side, change.text, other);
  const read = (bytes: Uint8Array): StoreData => parseStore(bytes, "side.yaml");
  return Buffer.from(writeStore(mutateEntries(read(side), change.entries, read(other))));
}

/** Git's own text merge takes over where a side cannot be read: a process each, so few of those are run. */
const TEXT_MERGES = 8;

let folder: string | undefined;

const merge: Target = async (seed) => {
  const sides = draw(mergeMutant, seed);
  const ours = readable(sides.ours);
  const theirs = readable(sides.theirs);
  if (!(ours && theirs) && seed % TEXT_MERGES !== 0) return "a side that is no store";
  const forth = await drive(sides);
  if (!ours || !theirs) {
    ensure(!forth.clean, "what cannot be read is never merged cleanly");
    return "merged as text";
  }
  const back = await drive({ ...sides, ours: sides.theirs, theirs: sides.ours });
  ensure(forth.clean === back.clean, "a merge is clean from both sides or from none");
  if (!forth.clean) {
    ensure(throwsUnresolved(forth.bytes), "a conflict is marked in the file");
    return "conflict";
  }
  const merged = KeyFile.parse(forth.bytes, "merged.yaml");
  ensure(merged.toString() === forth.bytes.toString("utf8"), "a merge writes the canonical form");
  const base = readable(sides.base) ?? EMPTY_STORE;
  ensure(
    Bun.deepEquals(
      meaning(merged.data, { base, ours, theirs }),
      meaning(KeyFile.parse(back.bytes, "merged.yaml").data, { base, ours, theirs }),
    ),
    "a clean merge is the same from both sides",
  );
  losesNothing(ours, theirs, merged.data);
  return "clean";
};

/** What a store says; of an owner's key that both sides sealed again, either text is as good. */
function meaning({ domains, custodians }: StoreData, { base, ours, theirs }: StoreVersions): unknown {
  const entry = (side: StoreData, domain: string, owner: string) =>
    side.domains.get(domain)?.owners.get(owner);
  const sorted = <V>(map: ReadonlyMap<string, V>): [string, V][] =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    sorted(custodians),
    sorted(domains).map(([name, { publicKey, secrets, owners }]) => [
      name,
      publicKey,
      sorted(secrets),
      sorted(owners).map(([owner, sealed]) => {
        const before = entry(base, name, owner);
        const both = [ours, theirs].every((side) => entry(side, name, owner) !== before);
        return [owner, both ? "either" : sealed];
      }),
    ]),
  ];
}

/** Without credentials nothing is sealed again: every text is one side's, and what both have stays. */
function losesNothing(ours: StoreData, theirs: StoreData, merged: StoreData): void {
  for (const [name, domain] of merged.domains) {
    const sides = [ours.domains.get(name), theirs.domains.get(name)];
    for (const [secret, sealed] of domain.secrets) {
      ensure(
        sides.some((side) => side?.secrets.get(secret) === sealed),
        "every sealed value is one side's",
      );
    }
    ensure(
      sides.some((side) => side?.publicKey === domain.publicKey),
      "every public key is one side's",
    );
  }
  for (const [name, { publicKey, secrets }] of ours.domains) {
    const their = theirs.domains.get(name);
    if (their?.publicKey !== publicKey) continue;
    for (const [secret, sealed] of secrets) {
      if (their.secrets.get(secret) !== sealed) continue;
      ensure(merged.domains.get(name)?.secrets.get(secret) === sealed, "what both sides have stays");
    }
  }
}

function readable(bytes: Uint8Array): StoreData | undefined {
  try {
    return parseStore(bytes, "side.yaml");
  } catch {
    return undefined;
  }
}

function throwsUnresolved(bytes: Uint8Array): boolean {
  try {
    parseStore(bytes, "merged.yaml");
    return false;
  } catch (error) {
    return error instanceof UnresolvedMergeError;
  }
}

async function drive(
  sides: Record<"base" | "ours" | "theirs", Uint8Array>,
): Promise<{ clean: boolean; bytes: Buffer }> {
  folder ??= mkdtempSync(join(process.env.PPROTECT_FUZZ_FOLDER ?? tmpdir(), "merge-"));
  const path = (side: string): string => join(folder ?? "", side);
  for (const [side, bytes] of Object.entries(sides)) writeFileSync(path(side), bytes);
  const { clean, report } = await runMergeDriver({
    base: path("base"),
    ours: path("ours"),
    theirs: path("theirs"),
    markerSize: 7,
    path: "protected.yaml",
    isVirtualAncestor: false,
    trust: async () => TRUST_NO_NEW_KEY,
    givenCreds: async () => undefined,
  });
  for (const line of report)
    ensure(line === escapeUnprintableLines(line) && !line.includes("\n"), "a report is made of safe lines");
  return { clean, bytes: readFileSync(path("ours")) };
}

const guardStore: Target = (seed) => {
  const { text, parents, bases } = draw(
    fc.record({
      text: storeMutant,
      parents: fc.array(storeMutant, { maxLength: 2 }),
      bases: fc.option(fc.constant([])),
    }),
    seed,
  );
  looksLikeStore(text.toString("latin1"));
  const reading = readStore("protected.yaml", text);
  wellFormed(reading.findings, text);
  if (!reading.store) {
    ensure(reading.findings.length > 0, "what is no store is found to be none");
    return "refused";
  }
  // An unmutated parent too: that is where texts are the same.
  const stores = [...parents, draw(fc.constantFrom(...STORES), seed)].flatMap(
    (bytes) => readStore("", bytes).store ?? [],
  );
  const { errors, warnings } = checkStoreChange({
    path: "protected.yaml",
    store: reading.store,
    parents: stores,
    bases: bases ? stores.slice(0, 1) : undefined,
    lineOf: reading.lineOf,
  });
  wellFormed([...errors, ...warnings], text);
  return errors.length > 0 ? "found" : "accepted";
};

function wellFormed(
  findings: readonly { path: string; line: number; rule: string; message: string }[],
  text: Buffer,
): void {
  const lines = text.toString("latin1").split(/\n/).length;
  for (const finding of findings) {
    ensure(finding.line >= 1 && finding.line <= lines + 1, "a finding is on a line of the file");
    const line = findingLine(finding);
    ensure(!/[\n\t]/.test(line) && line.length < 3000, "a finding is one line");
  }
}

const PATHS = [
  "src/a.ts",
  ".env",
  "a/.env.local",
  "config.json",
  "k8s.yaml",
  "id_rsa",
  "package-lock.json",
  "README.md",
  "min.js",
  "x.pem",
];
const LINES = Object.values(samples).flatMap(({ finds, ignores }) =>
  [...finds, ...ignores].map(({ lines }) => lines.join("\n")),
);
const textMutant = fc
  .record({
    path: fc.constantFrom(...PATHS),
    parts: fc.array(fc.constantFrom(...LINES), { minLength: 1, maxLength: 12 }),
    other: fc.constantFrom(...STORES),
    changes: edits,
    // A text without any line ends, such as a bundle.
    joint: fc.constantFrom("\n", "\n", "\n", " ", ""),
    times: fc.constantFrom(1, 1, 1, 1, 40),
  })
  .map(({ path, parts, other, changes, joint, times }) => ({
    path,
    text: mutate(Buffer.from(`${parts.join(joint)}${joint}`.repeat(times)), changes, other).toString("utf8"),
  }));

const guardText: Target = async (seed) => {
  const { path, text } = draw(textMutant, seed);
  const lines = text.split("\n").map((line, index) => ({ number: index + 1, text: line }));
  const findings = await scanLines(path, lines);
  wellFormed(findings, Buffer.from(text));
  return findings.length > 0 ? "found" : "nothing found";
};

const ZERO = "0".repeat(40);
const ONE = "1".repeat(40);
const DIFFS: readonly Uint8Array[] = [
  [
    `:100644 100644 ${ZERO} ${ONE} M\ta b`,
    `:100644 000000 ${ONE} ${ZERO} D\t"\\303\\274"`,
    "",
    "diff --git a/a b b/a b",
    `index ${ZERO}..${ONE} 100644`,
    "--- a/a b\t",
    "+++ b/a b\t",
    "@@ -3,1 +7,3 @@ x",
    "--- a/x",
    "+++ b/evil",
    "+diff --git a/x b/x",
    "+@@ -1 +1 @@",
    "\\ No newline at end of file",
  ],
  [
    ONE,
    "",
    `:100644 100644 ${ONE} ${ONE} R100\told\tnew`,
    "",
    `diff --git "a/\\t" "b/\\t"`,
    "new file mode 100644",
    `index ${ZERO}..${ONE}`,
    "Binary files /dev/null and b/x differ",
    ZERO,
    `:000000 160000 ${ZERO} ${ONE} A\tsub`,
    "diff --git a/sub b/sub",
    "--- /dev/null",
    "+++ b/sub",
    "@@ -0,0 +1 @@",
    `+Subproject commit ${ONE}`,
  ],
].map((lines) => Buffer.from(`${lines.join("\n")}\n`));
const diffMutant = fc
  .record({
    text: fc.constantFrom(...DIFFS),
    other: fc.constantFrom(...DIFFS),
    changes: edits,
    perCommit: fc.boolean(),
  })
  .map(({ text, other, changes, perCommit }) => ({
    perCommit,
    text: mutate(text, changes, other).toString("utf8"),
  }));

const guardDiff: Target = (seed) => {
  const { perCommit, text } = draw(diffMutant, seed);
  const parser = new DiffParser(perCommit);
  const lines = text.split("\n");
  const events: DiffEvent[] = [];
  for (const line of lines) {
    const bytes = Buffer.from(line);
    parser.push(bytes, 0, bytes.length, events);
  }
  parser.end(events);
  const added = events.flatMap((event) => (event.kind === "patch" ? addedLinesOf(event.patch.added) : []));
  ensure(added.length <= lines.length, "no line is added that the diff does not have");
  for (const { number, text: line } of added) {
    ensure(Number.isInteger(number) && number >= 0, "every added line has a number");
    ensure(
      lines.some((each) => each.startsWith(`+${line}`)),
      "every added line is one of the diff",
    );
  }
  return added.length > 0 ? "lines added" : "no lines";
};

export const TARGETS: Readonly<Record<string, Target>> = {
  parser,
  merge,
  guardStore,
  guardText,
  guardDiff,
  guardLines: async (seed) => scanHostileLines(seed),
  redactor,
};
