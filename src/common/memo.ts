/**
 * Memoises a function of a text, for texts that come again and again.
 * @param most the most answers to keep; one more clears them all
 */
export function memo<Value>(answer: (text: string) => Value, most: number): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = answer(text);
    if (known.size >= most) known.clear();
    known.set(text, value);
    return value;
  };
}
