import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");

/**
 * The compiled binary that the end-to-end tests drive: `dist/pprotect`, or what `PPROTECT_TEST_BINARY` names.
 * @throws when it is missing or older than the source: its answers would say nothing of this source
 */
export function binary(): string {
  checked ??= process.env.PPROTECT_TEST_BINARY ?? checkedBinary();
  return checked;
}

let checked: string | undefined;

function checkedBinary(): string {
  const path = join(ROOT, "dist/pprotect");
  const built = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) throw new Error("dist/pprotect is missing: run `npm run build` first");
  const newer = sourceFiles(join(ROOT, "src")).find((file) => statSync(file).mtimeMs > built);
  if (newer !== undefined) {
    throw new Error(`dist/pprotect is older than ${newer}: run \`npm run build\` first`);
  }
  return path;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
