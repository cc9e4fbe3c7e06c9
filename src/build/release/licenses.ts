import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The file with third-party licences, in each archive and npm package. */
export const NOTICE = "THIRD-PARTY-LICENSES";

/**
 * The licences that a dependency may have (SPDX expressions, compared as text). They are permissive and require only
 * that their text is included. Review any other licence before adding it.
 */
export const ALLOWED_LICENSES: ReadonlySet<string> = new Set([
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "MIT OR Apache-2.0",
]);

/** A package with its licence. */
export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  readonly text: string;
}

/**
 * The licence of an installed package.
 *
 * @param directory the package's directory
 * @throws Error when the package states no licence or does not contain its text
 */
export function licenseOf(directory: string): Licensed {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  if (typeof license !== "string") throw new Error(`${name} states no licence`);
  const text = licenseText(directory);
  if (text === undefined) throw new Error(`${name} does not contain the text of its licence`);
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
 * The notice for every binary: the third-party software in it, with licences.
 * @param runtime Bun, with the licences of what is linked into it
 */
export function thirdPartyNotice(packages: readonly Licensed[], runtime: Licensed): string {
  const intro = "The binaries of pprotect contain third-party software, listed here with its licences.";
  const sections = [runtime, ...packages].map(
    ({ name, version, license, text }) => `${RULE}\n${name} ${version} (${license})\n${RULE}\n\n${text}`,
  );
  return `${[intro, ...sections].join("\n\n")}\n`;
}

const RULE = "=".repeat(80);
