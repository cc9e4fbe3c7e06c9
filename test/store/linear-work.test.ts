import { expect, test } from "bun:test";
import { NO_CREDENTIALS } from "../../src/git/merge/merge-credentials.ts";
import { mergeStores } from "../../src/git/merge/merge-stores.ts";
import { parseStore } from "../../src/store/format/parse.ts";
import { emitStore } from "../../src/store/format/yaml-writer.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { secretsWithDomains } from "../../src/store/secrets-with-domains.ts";
import { TRUST_NO_NEW_KEY } from "../../src/store/trust/known-keys.ts";
import { OWNER, storeOf, withSecrets } from "../bench/stores.ts";
import { NOW, unlocked } from "../support/stores.ts";
import { workOf } from "../support/work.ts";

const SMALL = 150;
const FACTOR = 4;

/** What is done with a store of some size. @returns the work itself, without what it needs */
type Task = (secrets: number) => () => unknown;

function opened(secrets: number) {
  const { file, passphrase } = storeOf(secrets, "raw");
  return { file, owner: unlocked(file, { name: OWNER, passphrase }) };
}

const TASKS: Readonly<Record<string, Task>> = {
  "reading it": (secrets) => {
    const bytes = Buffer.from(storeOf(secrets, "raw").file.toString());
    return () => KeyFile.parse(bytes, "store");
  },
  "writing it": (secrets) => {
    const { file } = storeOf(secrets, "raw");
    return () => file.toString();
  },
  "writing it in pieces": (secrets) => {
    const { file } = storeOf(secrets, "raw");
    return () => emitStore(() => undefined, file.data);
  },
  "reading it beside another version": (secrets) => {
    const { file } = storeOf(secrets, "raw");
    const text = withSecrets(file, "more", secrets).toString();
    return () => parseStore(text, "store", { like: file.data });
  },
  "listing its secrets": (secrets) => {
    const { file } = storeOf(secrets, "raw");
    return () => [...secretsWithDomains(file.data)];
  },
  "adding a secret": (secrets) => {
    const { file } = storeOf(secrets, "raw");
    return () => file.addSecret("dev", "another", "value", NOW);
  },
  "decrypting a domain": (secrets) => {
    const { file, owner } = opened(secrets);
    return () => file.decryptDomain("dev", owner);
  },
  "rotating the key of a domain": (secrets) => {
    const { file, owner } = opened(secrets);
    return () => file.rotateDomainKey("dev", owner, NOW);
  },
  "merging two branches": (secrets) => {
    const { file } = storeOf(secrets, "raw");
    const ours = withSecrets(file, "ours", secrets / 2);
    const theirs = withSecrets(file, "theirs", secrets / 2);
    const versions = { base: file.data, ours: ours.data, theirs: theirs.data };
    const options = { credentials: NO_CREDENTIALS, trust: TRUST_NO_NEW_KEY, decide: () => undefined };
    return () => mergeStores(versions, options, NOW);
  },
};

test.each(Object.entries(TASKS))(
  "with four times as many secrets, %s is at most four times the work",
  (_, task) => {
    const [small, large] = [SMALL, FACTOR * SMALL].map((secrets) => workOf(task(secrets)));
    expect(small).toBeGreaterThan(0);
    expect((large ?? 0) / (small ?? 1)).toBeLessThan(FACTOR * 1.05);
  },
);

test("the measure finds work that grows with the square", () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `name-${index}`);
  const [small, large] = [SMALL, FACTOR * SMALL].map((count) => {
    const all = names(count);
    return workOf(() => all.map((name) => all.includes(name)));
  });
  expect((large ?? 0) / (small ?? 1)).toBeGreaterThan(FACTOR * 3);
});
