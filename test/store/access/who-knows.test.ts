import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AccessHistoryBuilder } from "../../../src/store/access/access-history.ts";
import type { OpenedValues } from "../../../src/store/access/same-values.ts";
import { whoKnows } from "../../../src/store/access/who-knows.ts";
import { audit, auditEntry } from "../../../src/store/audit-log.ts";
import type { StoreData } from "../../../src/store/store-data.ts";
import { ModelHistory, steps } from "./model.ts";

function accessOf(model: ModelHistory, opened?: OpenedValues) {
  const builder = new AccessHistoryBuilder();
  for (const revision of model.revisions()) builder.add(revision);
  const store = model.commits.at(-1)?.store;
  if (!store) throw new Error("no commit");
  return { access: whoKnows(builder.history(), store, opened), store };
}

function everyone(each: { readers: readonly string[]; knowers: readonly { custodian: string }[] }): string[] {
  return [...each.readers, ...each.knowers.map(({ custodian }) => custodian)].sort();
}

describe("who knows a value", () => {
  test("is found at once where many domains have one sealed value", () => {
    const count = 20_000;
    const names = Array.from({ length: count }, (_, index) => `d${index}`);
    const store: StoreData = {
      custodians: new Map([["ann", "pwdkm"]]),
      domains: new Map(
        names.map((name) => [
          name,
          { publicKey: `key ${name}`, owners: new Map([["ann", name]]), secrets: new Map([["s", "sealed"]]) },
        ]),
      ),
      auditLog: names.map((name) => auditEntry(audit.secretAdded("s", name), new Date(0))),
    };
    const builder = new AccessHistoryBuilder();
    const moment = { commit: "c", shortId: "c", time: 0, author: "", branch: undefined };
    builder.add({ moment, before: [], after: store });
    const { secrets } = whoKnows(builder.history(), store);
    expect(secrets.map(({ readers, knowers }) => [...readers, ...knowers])).toEqual(names.map(() => ["ann"]));
  });

  test("is what a slow model says, when the values are opened", () => {
    fc.assert(
      fc.property(steps(25), (all) => {
        const model = new ModelHistory(all);
        const { access, store } = accessOf(model, model.opened());
        for (const each of access.secrets) {
          const value = model.valueOf(store.domains.get(each.domain)?.secrets.get(each.secret) ?? "");
          expect(everyone(each)).toEqual([...model.whoKnows(value)].sort());
          expect(each.since?.commit).toBe(`c${model.since(value)}`);
          expect(each.isExact).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("is the same without opening any, where the log says what was done and no value was entered twice", () => {
    fc.assert(
      fc.property(steps(25), (all) => {
        const model = new ModelHistory(all);
        const exact = accessOf(model, model.opened()).access.secrets;
        const { secrets } = accessOf(model).access;
        for (const [index, each] of secrets.entries()) {
          expect({ ...each, isExact: true }).toEqual(exact[index] as never);
          expect(each.isExact).toBe(false);
        }
      }),
      { numRuns: 400 },
    );
  });
});
