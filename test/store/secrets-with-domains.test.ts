import { expect, test } from "bun:test";
import fc from "fast-check";
import { compareCodePoints } from "../../src/common/code-points.ts";
import { secretsWithDomains } from "../../src/store/secrets-with-domains.ts";
import { storeData } from "../support/arbitraries.ts";

test("each secret comes once with all of its domains, both in order", () => {
  fc.assert(
    fc.property(storeData, (store) => {
      const names = new Set([...store.domains.values()].flatMap(({ secrets }) => [...secrets.keys()]));
      const expected = [...names].sort(compareCodePoints).map((secret) => ({
        secret,
        domains: [...store.domains.keys()]
          .filter((domain) => store.domains.get(domain)?.secrets.has(secret))
          .sort(compareCodePoints),
      }));
      expect([...secretsWithDomains(store)]).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});
