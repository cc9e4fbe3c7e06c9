/**
 * Puts a value's making off to its first use. For modules: most commands need few of them, and loading them
 * takes longer than what the command does.
 */
export function lazy<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
