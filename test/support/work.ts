/** How much work a call of a method is. */
type Weigh = (self: { readonly length: number }, result: unknown) => number;

const one: Weigh = () => 1;
const whole: Weigh = ({ length }) => 1 + length;
const given: Weigh = (_, result) => 1 + (result as { readonly length: number }).length;
/** Up to the place that was found, or to the end. */
const searched: Weigh = ({ length }, result) => 1 + (result === -1 ? length : Number(result));

const METHODS: readonly (readonly [prototype: object, names: readonly string[], weigh: Weigh])[] = [
  [Map.prototype, ["get", "set", "has", "delete"], one],
  [Map.prototype, ["forEach"], (self) => 1 + (self as unknown as Map<unknown, unknown>).size],
  [Set.prototype, ["has", "add", "delete"], one],
  [Object.getPrototypeOf(new Map().entries()), ["next"], one],
  [Object.getPrototypeOf(new Set().values()), ["next"], one],
  [
    Array.prototype,
    ["map", "filter", "find", "some", "every", "includes", "reduce", "flatMap", "join"],
    whole,
  ],
  [Array.prototype, ["slice", "concat", "toSorted"], given],
  [Array.prototype, ["indexOf", "findIndex"], searched],
  [String.prototype, ["slice", "split", "replaceAll"], given],
  [String.prototype, ["startsWith", "indexOf"], one],
  [String.prototype, ["includes"], whole],
  [RegExp.prototype, ["exec", "test"], one],
];

/**
 * How much work a function does: entries of collections that it looks at, and characters that it copies. The same in
 * every run, unlike time.
 */
export function workOf(run: () => unknown): number {
  let work = 0;
  const restore = METHODS.flatMap(([prototype, names, weigh]) =>
    names.map((name) => {
      const original = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
      const method = original.value as (this: { length: number }, ...args: unknown[]) => unknown;
      Object.defineProperty(prototype, name, {
        ...original,
        value(this: { length: number }, ...args: unknown[]) {
          const result = Reflect.apply(method, this, args);
          work += weigh(this, result);
          return result;
        },
      });
      return () => Object.defineProperty(prototype, name, original);
    }),
  );
  try {
    run();
  } finally {
    for (const each of restore) each();
  }
  return work;
}
