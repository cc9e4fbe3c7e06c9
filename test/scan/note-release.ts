/** Notes which rules this release has: `bun test/scan/note-release.ts`, see docs/release.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { VERSION } from "../../src/common/release.ts";
import { ruleIds } from "../../src/scan/scanner.ts";

const file = resolve(import.meta.dir, "../fixtures/rules/releases.json");
const releases = JSON.parse(readFileSync(file, "utf8")) as Record<string, readonly string[]>;
writeFileSync(file, `${JSON.stringify({ ...releases, [VERSION]: [...ruleIds].toSorted() }, null, 2)}\n`);
