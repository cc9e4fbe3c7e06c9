import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import type { BunPlugin } from "bun";
import { embeddedModule, requireMatch } from "./embedded-module.ts";
import { silentDebug } from "./silent-debug.ts";

/** The library's directory in the npm package, and its two files that the package names. */
export const LIBRARY_DIRECTORY = "library";
export const LIBRARY_ENTRY = "index.js";
export const LIBRARY_TYPES = "index.d.ts";

const ROOT = resolve(import.meta.dir, "../..");

/** What was built. */
export interface BuiltLibrary {
  /** The modules in it, as paths from the root of the source, sorted. */
  readonly modules: readonly string[];
  /** The modules of the runtime that it imports, when it is loaded or later. */
  readonly externals: readonly string[];
}

/**
 * Builds the library for Node and Bun: ES modules, which need no other packages, and their types. Call it in the root of the
 * source.
 *
 * @param directory the output directory: {@link LIBRARY_DIRECTORY} in that of the package
 * @throws Error when it does not compile, also for something that Node 20 lacks
 */
export async function buildLibrary(directory: string): Promise<BuiltLibrary> {
  const result = await Bun.build({
    entrypoints: [join(ROOT, "src/index.ts")],
    root: ROOT,
    outdir: directory,
    naming: { entry: LIBRARY_ENTRY, chunk: "[name]-[hash].js" },
    target: "node",
    format: "esm",
    splitting: true,
    metafile: true,
    plugins: [
      embeddedModule("crypto/argon2id/addon-file.ts", () => ADDON_OF_PACKAGE),
      // The library uses the runtime's own X25519.
      embeddedModule("crypto/sodium/sodium-file.ts", () => "export const sodiumFile = () => undefined;"),
      // It uses one thread: a program that bundles it would not have the second thread's module.
      embeddedModule("store/batches/worker-file.ts", () => "export const workerFile = () => undefined;"),
      jsoncModules(),
      silentDebug(),
    ],
  });
  for (const log of result.logs) console.error(log);
  if (!result.success) throw new Error("the library was not compiled");
  await writeTypes(directory);
  // The launcher beside it is a CommonJS module.
  writeFileSync(
    join(directory, "package.json"),
    `${JSON.stringify({ type: "module", sideEffects: false })}\n`,
  );
  const scripts = await Promise.all(result.outputs.map((output) => output.text()));
  return {
    modules: Object.keys(result.metafile?.inputs ?? {}).toSorted(),
    externals: [...new Set(scripts.flatMap(externalModules))].toSorted(),
  };
}

/** The modules that a script names and that are not beside it. */
function externalModules(script: string): string[] {
  const named =
    /(?:^(?:import|export)\b[^"]*|\bimport\s*\(\s*|\b(?:__)?require\d*\s*\(\s*)["']([\w@./:-]+)["']/gm;
  return [...script.matchAll(named)].map(([, name = ""]) => name).filter((name) => !name.startsWith("."));
}

/** For Node the bundler takes the entry for `require`, which loads its parts in a way that no bundler can follow. */
function jsoncModules(): BunPlugin {
  return {
    name: "jsonc-modules",
    setup(build) {
      const used = requireMatch(build, "import of jsonc-parser");
      build.onResolve({ filter: /^jsonc-parser$/ }, () => {
        used();
        return { path: join(ROOT, "node_modules/jsonc-parser/lib/esm/main.js") };
      });
    },
  };
}

/** Finds the Argon2 addon beside the binary, in the package of this platform. */
const ADDON_OF_PACKAGE = `
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export const addonFile = () => {
  try {
    const { findBinary } = createRequire(import.meta.url)("../lib/find-binary.cjs");
    return join(dirname(findBinary()), "../lib/argon2.node");
  } catch {
    return undefined;
  }
};
`;

/** What Node 20 has: newer functions are compile errors. */
const LIBS = "es2023,es2024.string,esnext.disposable,dom.asynciterable";

/** Writes the declarations that the library's own ones lead to. */
async function writeTypes(directory: string): Promise<void> {
  const all = mkdtempSync(join(tmpdir(), "pprotect-types-"));
  try {
    await runCompiler(all);
    copyReached(join(all, LIBRARY_TYPES), all, directory, new Set());
    const types = join(directory, LIBRARY_TYPES);
    // `Disposable`, for projects with an older `lib`.
    writeFileSync(types, `/// <reference lib="esnext.disposable" />\n${readFileSync(types, "utf8")}`);
  } finally {
    rmSync(all, { recursive: true, force: true });
  }
}

async function runCompiler(outDir: string): Promise<void> {
  const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = join(dirname(compiler), "bin/tsc");
  const options = [
    ["--ignoreConfig", "--declaration", "--emitDeclarationOnly", "--stripInternal", "--skipLibCheck"],
    ["--allowImportingTsExtensions", "--module", "preserve", "--moduleResolution", "bundler"],
    ["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--resolveJsonModule"],
    ["--target", "es2023", "--lib", LIBS, "--types", "bun", "--rootDir", "src", "--outDir", outDir],
  ].flat();
  const child = Bun.spawn([process.execPath, tsc, ...options, "src/index.ts"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [errors, status] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  if (status !== 0) throw new Error(`the types of the library do not compile:\n${errors}`);
}

const SPECIFIER = /(\bfrom |\bimport\()"(\.[^"]+)\.ts"/g;

/** Copies a declaration file and those that it imports; each is named as the module that it describes. */
function copyReached(file: string, from: string, to: string, copied: Set<string>): void {
  if (copied.has(file)) return;
  copied.add(file);
  const text = readFileSync(file, "utf8");
  const target = join(to, relative(from, file));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text.replace(SPECIFIER, '$1"$2.js"'));
  for (const [, , module = ""] of text.matchAll(SPECIFIER)) {
    copyReached(join(dirname(file), `${module}.d.ts`), from, to, copied);
  }
}
