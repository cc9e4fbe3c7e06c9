/**
 * Standard padded base64 (RFC 4648 §4), read strictly: no white space, no URL alphabet, no stray trailing
 * bits, so that each byte string has exactly one spelling.
 *
 * @returns the raw bytes, or `undefined` when `text` is not canonical base64
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** Raw bytes as standard padded base64 (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
