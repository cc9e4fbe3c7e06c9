import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  FAST_COST,
  HARD_COST,
  MAX_KDF_WORK,
  MAX_MEMLIMIT,
  MIN_MEMLIMIT,
} from "../../src/crypto/key-derivation.ts";
import { audit, truncateLog } from "../../src/store/audit-log.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { secretsOf } from "../support/stores.ts";
import { VECTOR_FILES } from "../support/vectors.ts";

const DOCS = resolve(import.meta.dir, "../../docs");
const TEXT = readFileSync(join(DOCS, "format.md"), "utf8");

function block(language: string, containing: string): string {
  const blocks = [...TEXT.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const found = blocks.find(([, kind, body]) => kind === language && body?.includes(containing));
  if (!found?.[2]) throw new Error(`no block of ${language} with ${containing}`);
  return found[2];
}

test("the example is a store, written to the byte, and opens with the passphrase beside it", () => {
  const example = block("yaml", "key-custodians");
  const store = KeyFile.parse(Buffer.from(example), "example");
  expect(store.toString()).toBe(example);
  const [, passphrase = "", secret = ""] =
    /passphrase here is `([^`]+)`, and the secret is `([^`]+)`/.exec(TEXT) ?? [];
  expect(secretsOf(store, "prod", { name: "alice@example.com", passphrase })).toEqual({
    "db-password": secret,
  });
});

test("every file of vectors is named, and every link leads somewhere", () => {
  for (const file of Object.keys(VECTOR_FILES)) expect(TEXT).toContain(`(vectors/${file}.json)`);
  const links = [...TEXT.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = ""]) => target);
  expect(links.length).toBeGreaterThan(Object.keys(VECTOR_FILES).length);
  expect(links.filter((target) => !existsSync(join(DOCS, target)))).toEqual([]);
});

test("the audit log's entries are those that are written", () => {
  const domains = ["D1", "D2"];
  const entries = [
    audit.created(),
    audit.custodianCreated("N", false),
    audit.custodianCreated("N", true),
    audit.custodianRemoved("N", domains),
    audit.passphraseUpdated("N", domains),
    audit.custodianRekeyed("N", domains),
    audit.domainCreated("D", "N"),
    audit.domainDeleted("D"),
    audit.ownerAdded("A", "N", "D"),
    audit.ownerRemoved("N", "D"),
    audit.domainRotated("D"),
    audit.secretAdded("S", "D"),
    audit.secretUpdated("S", "D"),
    audit.secretSet("S", "D"),
    audit.secretRemoved("S", "D"),
  ];
  expect(block("", "rekeyed custodian").trimEnd().split("\n")).toEqual(entries);
  // And those that have paragraphs of their own: what pprotect adds, and the first entry of a truncated log.
  expect(TEXT).toContain(`\`${audit.undoneInMerge("WHAT")}\``);
  const steps = [audit.rotationStaged, audit.rotationPromoted, audit.rotationFinished, audit.rotationAborted];
  const words = steps.map((step) => step("S", "D").replace(" rotation of secret S in D", ""));
  expect(TEXT.replaceAll(/\s+/g, " ")).toContain(
    `\`${words[0]} rotation of secret S in D\`, and the same with \`${words[1]}\`, \`${words[2]}\` and \`${words[3]}\``,
  );
  expect(entries).toHaveLength(Object.keys(audit).length - 1 - steps.length);
  expect(TEXT).toContain(`\`${truncateLog(["a", "b"], 1)[0]?.replace("1", "M")}\``);
});

test("the costs and their bounds are those in force", () => {
  const prose = TEXT.replaceAll(/\s+/g, " ");
  expect(prose).toContain(`${HARD_COST.opslimit} passes over ${HARD_COST.memlimit} bytes`);
  expect(prose).toContain(`${FAST_COST.opslimit} passes over ${FAST_COST.memlimit} bytes`);
  expect(prose).toContain(`passes ≥ 1, ${MIN_MEMLIMIT} ≤ memory ≤ ${MAX_MEMLIMIT} bytes`);
  expect(prose).toContain(`passes × memory ≤ ${MAX_KDF_WORK}`);
});
