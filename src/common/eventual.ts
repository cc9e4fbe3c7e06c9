/**
 * A value, or a promise of it. For what is nearly always known already: waiting for a promise takes longer than a small piece of
 * work.
 */
export type Eventual<Value> = Value | Promise<Value>;

/** Calls `next` with a value: at once if there is no promise to wait for. Then what `next` throws is thrown, not a rejection. */
export function whenThere<Value, Result>(
  value: Eventual<Value>,
  next: (value: Value) => Eventual<Result>,
): Eventual<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/**
 * Memoises `make`, which runs on the first call only. Once its promise is fulfilled, the value is returned without one; a promise that
 * was rejected stays so.
 */
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
