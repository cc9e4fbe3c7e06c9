import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PprotectError } from "../../src/common/errors.ts";
import {
  type Looked,
  type Lookup,
  orderProblem,
  resolveCascade,
  SOURCES,
  type Source,
} from "../../src/sources/cascade.ts";

type Behaviour = "found" | "missing" | "failed" | "absent";

const behaviours = fc.record(
  Object.fromEntries(
    SOURCES.map((source) => [
      source,
      fc.constantFrom<Behaviour>("found", "missing", "missing", "failed", "absent"),
    ]),
  ) as Record<Source, fc.Arbitrary<Behaviour>>,
);
const orders = fc.shuffledSubarray([...SOURCES], { minLength: 0 });

/** Lookups that behave so, and the sources that were asked, in order. */
function lookupsOf(behaviour: Readonly<Record<Source, Behaviour>>) {
  const asked: Source[] = [];
  const lookup = (source: Source): Lookup<string> => {
    return async (): Promise<Looked<string>> => {
      asked.push(source);
      if (behaviour[source] === "failed") throw new PprotectError("cannot_open", `${source} broke`);
      if (behaviour[source] === "missing") return { kind: "missing", detail: "no" };
      return { kind: "found", value: `SECRET ${source}`, detail: "yes" };
    };
  };
  const present = SOURCES.filter((source) => behaviour[source] !== "absent");
  return { asked, lookups: Object.fromEntries(present.map((source) => [source, lookup(source)])) };
}

describe("law: a cascade", () => {
  test("gives the first source that does not miss, asks no later one, and reports each", async () => {
    await fc.assert(
      fc.asyncProperty(behaviours, orders, async (behaviour, order) => {
        const { asked, lookups } = lookupsOf(behaviour);
        const resolution = await resolveCascade(order, lookups);
        const misses = (source: Source): boolean => ["missing", "absent"].includes(behaviour[source]);
        const decided = order.findIndex((source) => !misses(source));
        const tried = decided === -1 ? order : order.slice(0, decided + 1);
        expect(asked).toEqual(tried.filter((source) => behaviour[source] !== "absent"));
        expect(resolution.steps.map(({ source }) => source)).toEqual(order);
        expect(resolution.steps.map(({ outcome }) => outcome)).toEqual(
          order.map((source, index) => {
            if (decided !== -1 && index > decided) return "not-tried";
            return misses(source) ? "missing" : (behaviour[source] as "found" | "failed");
          }),
        );
        const source = order[decided];
        expect(resolution.kind).toBe(
          source === undefined ? "missing" : (behaviour[source] as "found" | "failed"),
        );
        if (resolution.kind === "found") {
          expect([resolution.source, resolution.value]).toEqual([source as Source, `SECRET ${source}`]);
        }
        if (resolution.kind === "failed") expect(resolution.source).toBe(source as Source);
        expect(JSON.stringify(resolution.steps)).not.toContain("SECRET");
      }),
    );
  });

  test("that misses everywhere is unchanged by the order, and a source that fails never gives way to another", async () => {
    await fc.assert(
      fc.asyncProperty(
        behaviours,
        orders,
        fc.shuffledSubarray([...SOURCES]),
        async (behaviour, order, other) => {
          const failing = order.find((source) => behaviour[source] === "failed");
          const before = order.slice(0, failing === undefined ? 0 : order.indexOf(failing));
          fc.pre(failing !== undefined && before.every((source) => behaviour[source] !== "found"));
          const later = [...before, failing, ...other.filter((each) => ![...before, failing].includes(each))];
          const { kind } = await resolveCascade(later as Source[], lookupsOf(behaviour).lookups);
          expect(kind).toBe("failed");
        },
      ),
    );
  });
});

describe("an order of sources", () => {
  const shown = (word: string): string => word;
  test("may be any, without repetition", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...SOURCES], { minLength: 1 }), (order) => {
        expect(orderProblem(order, shown)).toBeUndefined();
        expect(orderProblem([...order, ...order.slice(0, 1)], shown)?.message).toContain("is given twice");
      }),
    );
  });

  test.each([[[]], [["vault"]], [["env", "Store"]], [["env", ""]]])("is refused: %j", (order) => {
    expect(orderProblem(order, shown)?.fix).toBe(
      "the sources are override, env, keyring, store, sops, default",
    );
  });
});
