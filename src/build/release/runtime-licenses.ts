import { readFileSync } from "node:fs";
import { join } from "node:path";

const DIRECTORY = join(import.meta.dir, "licenses");

/**
 * The texts of the licences of what Bun links, by the name in Bun's own list (`licenses/bun.txt`). The files are in
 * `licenses/bun`.
 */
const LINKED: ReadonlyMap<string, readonly string[]> = new Map([
  ["JavaScriptCore", ["LGPL-2.txt"]],
  ["boringssl", ["boringssl.txt"]],
  ["brotli", ["brotli.txt"]],
  ["libarchive", ["libarchive.txt"]],
  ["lol-html", ["lol-html.txt"]],
  ["ls-hpack", ["ls-hpack.txt"]],
  ["ls-qpack", ["ls-qpack.txt"]],
  ["lsquic", ["lsquic.txt"]],
  ["mimalloc", ["mimalloc.txt"]],
  ["picohttp", ["picohttpparser.txt"]],
  ["zstd", ["zstd.txt"]],
  ["simdutf", ["simdutf.txt"]],
  ["tinycc", ["LGPL-2.1.txt"]],
  ["uSockets", ["Apache-2.0.txt"]],
  ["zlib-ng", ["zlib-ng.txt"]],
  ["c-ares", ["c-ares.txt"]],
  ["libicu", ["icu.txt"]],
  ["libbase64", ["base64.txt"]],
  ["libuv", ["libuv.txt"]],
  ["libdeflate", ["libdeflate.txt"]],
  ["libjpeg-turbo", ["libjpeg-turbo.txt"]],
  ["libspng", ["libspng.txt"]],
  ["libwebp", ["libwebp.txt"]],
  ["highway", ["highway.txt"]],
  ["uucode", ["uucode.txt"]],
  ["uWebsockets", ["Apache-2.0.txt"]],
  ["Tigerbeetle's IO code", ["Apache-2.0.txt"]],
  ["__cxa_thread_atexit", ["Apache-2.0.txt", "LLVM-exception.txt"]],
]);

/** Bun's own statement about its licence and those of what it links. */
export function runtimeStatement(): string {
  return readFileSync(join(DIRECTORY, "bun.txt"), "utf8").trim();
}

/** What Bun links, with the names of the files that have the licences. */
export function linkedLicenses(): ReadonlyMap<string, readonly string[]> {
  return LINKED;
}

/** {@link runtimeStatement}, and then each text once, headed by what it is the licence of. */
export function runtimeLicenseText(): string {
  const files = [...new Set([...LINKED.values()].flat())];
  const texts = files.map((file) => {
    const names = [...LINKED].filter(([, used]) => used.includes(file)).map(([name]) => name);
    return `## The licence of ${names.join(", ")}\n\n${readFileSync(join(DIRECTORY, "bun", file), "utf8").trimEnd()}`;
  });
  return [runtimeStatement(), ...texts].join("\n\n");
}
