import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/**
 * On Linux a path is bytes, and the runtime replaces what is not UTF-8 in them. So a path with such bytes is kept as text
 * in which each of them is a noncharacter and two hexadecimal digits; {@link pathBytes} gives the bytes back. Other text
 * is as it is. The functions of `node:path` take it like any other text.
 */
const MARK = "\ufdd0";
const MARKED = /\ufdd0([89a-f][0-9a-f])/g;
/** Whether a text stands for bytes that are not UTF-8. */
export function hasRawBytes(text: string): boolean {
  return text.includes(MARK);
}

/** The text for a path, or a word of a command line, in any encoding. */
export function pathText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text !== undefined && !text.includes(MARK)) return text;
  let result = "";
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    result += character ?? MARK + (bytes[at] as number).toString(16);
    at += character === undefined ? 1 : Buffer.byteLength(character);
  }
  return result;
}

/** The UTF-8 character at a place, unless it would be taken for a mark. */
function characterAt(bytes: Uint8Array, at: number): string | undefined {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    const character = decodeUtf8(bytes.subarray(at, at + length));
    if (character !== undefined) return character === MARK ? undefined : character;
  }
  return undefined;
}

/** The bytes that a text of {@link pathText} stands for. */
export function pathBytes(text: string): Uint8Array {
  if (!hasRawBytes(text)) return encodeUtf8(text);
  const pieces: Uint8Array[] = [];
  let end = 0;
  for (const { index, 0: all, 1: digits = "" } of text.matchAll(MARKED)) {
    pieces.push(encodeUtf8(text.slice(end, index)), Uint8Array.of(Number.parseInt(digits, 16)));
    end = index + all.length;
  }
  return Buffer.concat([...pieces, encodeUtf8(text.slice(end))]);
}
