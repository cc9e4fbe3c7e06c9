import { bufferOf } from "../common/buffer-of.ts";
/**
 * Decodes padded base64 (RFC 4648 §4) strictly: no white space, no URL alphabet and no unused bits that are set, so that
 * each byte string has exactly one encoding.
 *
 * @returns the raw bytes, or `undefined` when `text` is not canonical base64
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  // A copy: small Buffers share one pool of memory, and Buffer's `slice` does not copy.
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : undefined;
}

/** Encodes bytes as padded base64 (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  return bufferOf(bytes).toString("base64");
}

/** Canonical base64, as {@link decodeBase64} accepts it: the unused bits of the last digit are zero. */
const CANONICAL = /^[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/;

/**
 * The number of bytes that base64 encodes, without decoding it.
 * @returns `undefined` when `text` is not canonical base64
 */
export function base64Length(text: string): number | undefined {
  if (text.length % 4 !== 0 || !CANONICAL.test(text)) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
