import { constants, openSync, readFileSync, readlinkSync } from "node:fs";
import { resolve } from "node:path";
import { lazy } from "../common/lazy.ts";
import { hasRawBytes, pathBytes, pathText } from "../common/path-bytes.ts";
import { encodeUtf8 } from "../common/utf8.ts";

/** What the runtime puts in the place of bytes that are not UTF-8. */
const REPLACED = "\ufffd";

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
