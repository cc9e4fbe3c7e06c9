/**
 * A value that is there, or a promise of it. What is nearly always there is given at once: for a small piece of work, to
 * wait for a promise takes longer than the work.
 */
export type Eventual<Value> = Value | Promise<Value>;

/** Goes on with a value: at once when it is there. */
export function whenThere<Value, Result>(
  value: Eventual<Value>,
  next: (value: Value) => Eventual<Result>,
): Eventual<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Memoises `make`, which runs on the first call only. Once its promise is fulfilled, the value is given at once. */
export function eventually<Value>(make: () => Promise<Value>): () => Eventual<Value> {
  let promise: Promise<Value> | undefined;
  let made: { readonly value: Value } | undefined;
  return () => {
    if (made) return made.value;
    promise ??= make().then((value) => {
      made = { value };
      return value;
    });
    return promise;
  };
}
