import { constants, openSync, readFileSync, readlinkSync } from "node:fs";
import { resolve } from "node:path";
import { lazy } from "../common/lazy.ts";
import { decodeUtf8, encodeUtf8 } from "../common/utf8.ts";

/**
 * On Linux a path is bytes, and the runtime replaces what is not UTF-8 in them. So a path with such bytes is kept as text
 * in which each of them is a noncharacter and two hexadecimal digits; {@link systemPath} gives the bytes back. Other text
 * is as it is. The functions of `node:path` take it like any other text.
 */
const MARK = "\ufdd0";
const MARKED = /\ufdd0([89a-f][0-9a-f])/g;
/** What the runtime puts in the place of bytes that are not UTF-8. */
const REPLACED = "\ufffd";

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

/** A path as the functions of `node:fs` take it. */
export function systemPath(text: string): string | Buffer {
  return hasRawBytes(text) ? Buffer.from(pathBytes(text)) : text;
}

const directories = new Map<string, string>();

/** A directory to start a program in: where its path is not UTF-8, one that leads to it as long as we run. */
export function systemDirectory(text: string): string {
  if (!hasRawBytes(text)) return text;
  const path = directories.get(text) ?? `/proc/self/fd/${openSync(systemPath(text), constants.O_DIRECTORY)}`;
  directories.set(text, path);
  return path;
}

/** A text in which the runtime may have replaced bytes, with the bytes if they can be read. */
function restored(text: string, read: () => Uint8Array | undefined): string {
  if (process.platform !== "linux" || !(text.includes(REPLACED) || hasRawBytes(text))) return text;
  try {
    const bytes = read();
    return bytes && new TextDecoder().decode(bytes) === text ? pathText(bytes) : text;
  } catch {
    return text;
  }
}

/** The current directory. @throws what `process.cwd` throws: `ENOENT` when it was removed */
export function currentDirectory(): string {
  return restored(process.cwd(), () => readlinkSync("/proc/self/cwd", { encoding: "buffer" }));
}

/** A path as an absolute one: {@link resolve}, which takes a relative one from the directory that the runtime shows. */
export function absolutePath(path: string): string {
  return resolve(currentDirectory(), path);
}

/** The strings of a file in /proc, each with a zero byte at its end. @throws what `readFileSync` throws */
export function zeroTerminated(path: string): Uint8Array[] {
  const bytes = readFileSync(path);
  const strings: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    const stop = end === -1 ? bytes.length : end;
    strings.push(bytes.subarray(start, stop));
    start = stop + 1;
  }
  return strings;
}

/** The words of our command line after the program's name. */
export const commandWords = lazy((): readonly string[] => {
  const words = process.argv.slice(2);
  const typed = lazy(() => zeroTerminated("/proc/self/cmdline").slice(-words.length));
  return words.map((word, index) => restored(word, () => typed()[index]));
});

/**
 * Restores the bytes of variables that name a file, whatever their prefix: the runtime has replaced them. It reads no
 * other variable: a passphrase that was read is in memory before the process is hardened.
 */
export function restoreFileVariables(): void {
  for (const name of Object.keys(process.env)) {
    if (!name.endsWith("_PASSPHRASE_FILE")) continue;
    const value = process.env[name] ?? "";
    if (!value.includes(REPLACED)) continue;
    const start = encodeUtf8(`${name}=`);
    process.env[name] = restored(value, () =>
      zeroTerminated("/proc/self/environ")
        .find((each) => Buffer.compare(each.subarray(0, start.length), start) === 0)
        ?.subarray(start.length),
    );
  }
}
