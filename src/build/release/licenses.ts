import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The licences that a dependency may have (SPDX expressions, compared as they stand): permissive, and asking
 * for no more than their text. Anything else is for a person to look at before it comes in.
 */
export const ALLOWED_LICENSES: ReadonlySet<string> = new Set([
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "MIT OR Apache-2.0",
]);

/** A package with the terms under which it may be passed on. */
export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  readonly text: string;
}

/**
 * The licence of an installed package.
 * @param directory the package's
 * @throws when it names none or brings no text of it
 */
export function licenseOf(directory: string): Licensed {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  if (typeof license !== "string") throw new Error(`${name} names no licence`);
  const text = licenseText(directory);
  if (text === undefined) throw new Error(`${name} brings no text of its licence`);
  return { name, version, license, text };
}

function licenseText(directory: string): string | undefined {
  const files = readdirSync(directory).filter((file) => /^(?:licen[cs]e|copying|notice)\b/i.test(file));
  if (files.length > 0) {
    return files
      .toSorted()
      .map((file) => readFileSync(join(directory, file), "utf8").trim())
      .join("\n\n");
  }
  const readme = join(directory, "README.md");
  const sections = existsSync(readme) ? readFileSync(readme, "utf8").split(/^#+ /m) : [];
  return sections.find((section) => /^licen[cs]e\b/i.test(section))?.trim();
}

/**
 * The notice that goes with every binary: whose work is in it, and on what terms.
 * @param runtime what Bun says of itself and of what is linked into it
 */
export function thirdPartyNotice(packages: readonly Licensed[], runtime: Licensed): string {
  const intro = "pprotect's binaries hold the work of others, listed here with its licences.";
  const sections = [runtime, ...packages].map(
    ({ name, version, license, text }) => `${RULE}\n${name} ${version} (${license})\n${RULE}\n\n${text}`,
  );
  return `${[intro, ...sections].join("\n\n")}\n`;
}

const RULE = "=".repeat(80);
