/**
 * Standard padded base64 (RFC 4648 §4), read strictly: no white space, no URL alphabet, no stray trailing
 * bits, so that each byte string has exactly one spelling.
 *
 * @returns the raw bytes, or `undefined` when `text` is not canonical base64
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  // A copy: a Buffer shares its memory with others, and its `slice` copies nothing.
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : undefined;
}

/** Raw bytes as standard padded base64 (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Canonical base64 as {@link decodeBase64} reads it: the last letter before padding holds no stray bits. */
const CANONICAL = /^[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/;

/** How many bytes canonical base64 holds, told without decoding it; `undefined` when `text` is none. */
export function base64Length(text: string): number | undefined {
  if (text.length % 4 !== 0 || !CANONICAL.test(text)) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
