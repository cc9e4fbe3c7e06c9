const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Text as UTF-8 bytes. A lone surrogate has no UTF-8 form: check with `isWellFormed` first. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** @returns the text, or `undefined` when `bytes` are not well-formed UTF-8; a byte order mark is kept */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}
