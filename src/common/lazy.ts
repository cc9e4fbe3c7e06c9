/**
 * Memoises `make`: it runs on the first call only. Used for modules: most commands need few of them, and loading one
 * can take longer than the command itself.
 */
export function lazy<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
