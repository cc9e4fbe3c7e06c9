/**
 * Memoises a function of one argument, such as a text that comes again and again.
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
    // Not a plain call: the compiler would copy what every memoised function does into each of their callers.
    const value = Reflect.apply(answer, undefined, [key]);
    if (known.size >= most) known.clear();
    known.set(key, value);
    return value;
  };
}
