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

/**
 * The packages from which Bun makes the modules of Node that it has for browsers, by the module's name. They are in its
 * executable, though a program for Bun never loads them.
 */
const POLYFILLS: ReadonlyMap<string, string | undefined> = new Map([
  ["assert", "assert"],
  ["buffer", "buffer"],
  ["console", "console-browserify"],
  ["constants", "constants-browserify"],
  ["crypto", "crypto-browserify"],
  ["domain", "domain-browser"],
  ["events", "events"],
  ["http", "stream-http"],
  ["https", "https-browserify"],
  // Bun's own, and empty.
  ["net", undefined],
  ["os", "os-browserify"],
  ["path", "path-browserify"],
  ["process", "process"],
  ["punycode", "punycode"],
  ["querystring", "querystring-es3"],
  ["stream", "stream-browserify"],
  ["string_decoder", "string_decoder"],
  ["sys", "util"],
  ["timers", "timers-browserify"],
  ["tty", "tty-browserify"],
  ["url", "url"],
  ["util", "util"],
  ["zlib", "browserify-zlib"],
]);

/** What precedes the name of such a module in Bun's executable. */
const POLYFILL_PATH = Buffer.from("/bun-vfs$$/node_modules/");

/** The modules for browsers that an executable of Bun has, with the package that each is made from. */
export function polyfillsIn(executable: Buffer): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (
    let at = executable.indexOf(POLYFILL_PATH);
    at !== -1;
    at = executable.indexOf(POLYFILL_PATH, at + 1)
  ) {
    const start = at + POLYFILL_PATH.length;
    const [, name] = /^(\w+)\//.exec(executable.toString("latin1", start, start + 32)) ?? [];
    if (name === undefined) continue;
    if (!POLYFILLS.has(name))
      throw new Error(`Bun has a module ${name} for browsers; its licence is not known`);
    found.set(name, POLYFILLS.get(name));
  }
  return found;
}

/** The texts for the packages of {@link polyfillsIn}, and those that they use. */
export function polyfillLicenseText(): string {
  return readFileSync(join(DIRECTORY, "polyfills.txt"), "utf8").trim();
}

/** {@link runtimeStatement}, and then each text once, headed by what it is the licence of. */
export function runtimeLicenseText(): string {
  const files = [...new Set([...LINKED.values()].flat())];
  const texts = files.map((file) => {
    const names = [...LINKED].filter(([, used]) => used.includes(file)).map(([name]) => name);
    return `## The licence of ${names.join(", ")}\n\n${readFileSync(join(DIRECTORY, "bun", file), "utf8").trimEnd()}`;
  });
  return [runtimeStatement(), ...texts, polyfillLicenseText()].join("\n\n");
}
