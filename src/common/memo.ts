/**
 * Memoises a function of one argument, such as a text that occurs again and again. An answer that is `undefined` is not kept.
 * @param most the most answers to keep (default: all); one more clears them all
 */
export function memo<Value, Key = string>(
  answer: (key: Key) => Value,
  most = Number.POSITIVE_INFINITY,
): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    // Not a plain call: the compiler would inline all memoised functions here, and that into each of their callers.
    const value = Reflect.apply(answer, undefined, [key]);
    if (known.size >= most) known.clear();
    known.set(key, value);
    return value;
  };
}
