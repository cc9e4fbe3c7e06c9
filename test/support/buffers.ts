import { spyOn } from "bun:test";

/** What an action did with buffers: the functions by which bytes come into one in JavaScript. */
export interface SeenBuffers {
  /** How many buffers there were. */
  readonly count: number;
  /** How many held these bytes when they were seen. */
  heldThen(secret: Uint8Array): number;
  /** How many still hold them. */
  holdNow(secret: Uint8Array): number;
}

/** Runs an action and keeps every buffer that it fills, encodes, decodes, copies or draws at random. */
export function watchBuffers(action: () => void): SeenBuffers {
  const buffers = new Set<Uint8Array>();
  const then: Buffer[] = [];
  const keep = (value: unknown): void => {
    if (!(value instanceof Uint8Array)) return;
    then.push(copyOf(value));
    if (!isLibsodiums(value)) buffers.add(value);
  };
  const restores = [
    watch(Uint8Array.prototype, "set", (self) => keep(self)),
    watch(Uint8Array.prototype, "slice", (_self, _args, result) => keep(result)),
    watch(Uint8Array.prototype, "subarray", (_self, _args, result) => keep(result)),
    watch(TextEncoder.prototype, "encode", (_self, _args, result) => keep(result)),
    watch(TextDecoder.prototype, "decode", (_self, [bytes]) => keep(bytes)),
    watch(Buffer, "from", (_self, _args, result) => keep(result)),
    watch(crypto, "getRandomValues", (_self, [bytes]) => keep(bytes)),
  ];
  try {
    action();
  } finally {
    for (const restore of restores) restore();
  }
  const holding = (all: Iterable<Uint8Array>, secret: Uint8Array): number =>
    [...all].filter((each) => copyOf(each).includes(secret)).length;
  return {
    count: buffers.size,
    heldThen: (secret) => holding(then, secret),
    holdNow: (secret) => holding(buffers, secret),
  };
}

/** A key in libsodium's own memory, which is locked, and overwritten when it is freed. */
function isLibsodiums(bytes: Uint8Array): boolean {
  return "secure" in bytes && bytes.secure === true;
}

type Seen = (self: unknown, args: unknown[], result: unknown) => void;

/** Calls `seen` after each call of a method, until it is restored. */
function watch(target: object, name: string, seen: Seen): () => void {
  const original = Reflect.get(target, name) as (...args: unknown[]) => unknown;
  let inside = false;
  const spy = spyOn(target as Record<string, (...args: unknown[]) => unknown>, name);
  spy.mockImplementation(function (this: unknown, ...args: unknown[]) {
    const result = original.apply(this, args);
    if (!inside) {
      inside = true;
      seen(this, args, result);
      inside = false;
    }
    return result;
  });
  return () => spy.mockRestore();
}

/** Not by what is being watched. */
function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  for (let index = 0; index < bytes.length; index++) copy[index] = bytes[index] ?? 0;
  return copy;
}
