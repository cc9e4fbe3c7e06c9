import { expect, test } from "bun:test";
import { secretsInTheClear } from "../../../src/git/guard/unsealed-texts.ts";
import { EMPTY_STORE, type StoreData } from "../../../src/store/store-data.ts";
import { tokenLine } from "./guard-repository.ts";

const TOKEN = tokenLine().split('"')[1] ?? "";

function storeWith(fields: Partial<StoreData>): StoreData {
  return { ...EMPTY_STORE, ...fields };
}

function withDomain(name: string, ...secrets: readonly string[]): StoreData {
  const domain = { publicKey: "", owners: new Map(), secrets: new Map(secrets.map((each) => [each, ""])) };
  return storeWith({ domains: new Map([[name, domain]]) });
}

async function found(store: StoreData, ...parents: readonly StoreData[]) {
  return secretsInTheClear("p", { store, parents, lineOf: (path) => path.length });
}

test.each([
  ["a domain's name", withDomain(TOKEN), 1],
  ["a secret's name", withDomain("dev", TOKEN), 2],
  ["a custodian's name", storeWith({ custodians: new Map([[TOKEN, ""]]) }), 2],
  ["an entry of the audit log", storeWith({ auditLog: [`2026-01-02T03:04:05Z -- used ${TOKEN}`] }), 1],
])("a token is found in %s where it is new, and not shown", async (_, store, line) => {
  const [first, ...more] = await found(store, EMPTY_STORE);
  expect([first?.rule, first?.line, more]).toEqual(["github-token", line, []]);
  expect(first?.message).not.toContain(TOKEN);
  expect(await found(store, store)).toEqual([]);
  expect(await found(store, EMPTY_STORE, store)).toEqual([]);
});

test("a text of ten million letters takes no longer than its length", async () => {
  expect(await found(storeWith({ auditLog: ["a".repeat(10_000_000)] }))).toEqual([]);
});

test.each([
  "AWS_ACCESS_KEY_ID_PROD_2024",
  "preview-7f3a9c1d2e4b5a6978",
  "3fa85f64-5717-4562-b3fc-2c963f66afa6",
  "firebase-adminsdk-x1y2z-private-key",
  "github-actions@my-project-123456.iam.gserviceaccount.com",
  "arn:aws:iam::123456789012:role/deploy-prod-2024",
  "tls-cert-2025-01-31-wildcard",
])("%s is an ordinary name", async (name) => {
  const { domains } = withDomain(name, name);
  const auditLog = [`2026-01-02T03:04:05Z -- added secret ${name} in ${name}`];
  expect(await found({ domains, custodians: new Map([[name, ""]]), auditLog })).toEqual([]);
});
