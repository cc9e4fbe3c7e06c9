import { dirname, join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import type { ValueWithLines } from "../common/value-with-lines.ts";
import { readBounded } from "../system/bounded-read.ts";
import { errnoOf, fileError } from "../system/file-error.ts";
import { CONFIG_FILE } from "./config-file.ts";
import { NO_ROTATION_RULES, type RotationRules, readRotationRules } from "./rotation/section.ts";
import { NO_SCAN_RULES, readScanRules, type ScanRules } from "./scan/section.ts";
import { NO_VALUE_RULES, readValueRules, type ValueRules } from "./values/section.ts";
import { parseYamlWithLines } from "./yaml-with-lines.ts";

/** Enough for a thousand rules. */
export const MAX_CONFIG_BYTES = 256 * 1024;

/** What a project asks of everyone who works with its store. */
export interface Config {
  /** What values must look like. */
  readonly values: ValueRules;
  /** How old values may get, and how they are changed. */
  readonly rotation: RotationRules;
  /** The team's own patterns, which the guard searches for. */
  readonly scan: ScanRules;
}

export const EMPTY_CONFIG: Config = {
  values: NO_VALUE_RULES,
  rotation: NO_ROTATION_RULES,
  scan: NO_SCAN_RULES,
};

/** Each section's reader. @throws PprotectError `invalid_config`, with the line, for anything that it does not know */
const SECTIONS: { readonly [Name in keyof Config]: (section: ValueWithLines) => Config[Name] } = {
  values: readValueRules,
  rotation: readRotationRules,
  scan: readScanRules,
};

const VERSION = 1;

/** The path of the configuration that belongs to a store. */
export function configPath(store: string): string {
  return join(dirname(store), CONFIG_FILE);
}

/**
 * Reads the configuration beside a store.
 *
 * @param path of the configuration
 * @returns {@link EMPTY_CONFIG} when there is no such file
 * @throws PprotectError `invalid_config`, `file_error`
 */
export function readConfigFile(path: string): Config {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readBounded(path, path, MAX_CONFIG_BYTES);
  } catch (error) {
    if (error instanceof PprotectError) throw error;
    if (errnoOf(error) === "ENOENT") return EMPTY_CONFIG;
    throw fileError("read", path, error);
  }
  return readConfig(bytes ?? new Uint8Array(MAX_CONFIG_BYTES + 1), path);
}

/**
 * Parses a configuration. Sections and keys that are not known are refused: a rule that is misspelt would not be checked,
 * and a file for a later pprotect may ask for more than this one knows.
 *
 * @param file the file's name, for messages: `FILE:LINE: what is wrong`
 * @throws PprotectError `invalid_config`
 */
export function readConfig(bytes: Uint8Array, file: string): Config {
  const root = parseYamlWithLines(textOf(bytes, file), escapeUnprintable(file), "invalid_config");
  if (!root) return EMPTY_CONFIG;
  const names = Object.keys(SECTIONS) as (keyof Config)[];
  const members = root.members("the configuration", ["version", ...names]);
  refuseVersion(members.get("version"));
  const read = <Name extends keyof Config>(name: Name): Config[Name] => {
    const section = members.get(name);
    return section ? SECTIONS[name](section) : EMPTY_CONFIG[name];
  };
  return { values: read("values"), rotation: read("rotation"), scan: read("scan") };
}

function refuseVersion(version: ValueWithLines | undefined): void {
  if (!version || version.integer('"version"', 0, Number.MAX_SAFE_INTEGER) === VERSION) return;
  throw version.invalid(
    `this pprotect knows version ${VERSION} of the configuration`,
    "install a later pprotect",
  );
}

function textOf(bytes: Uint8Array, file: string): string {
  const text = bytes.length > MAX_CONFIG_BYTES ? undefined : decodeUtf8(bytes);
  if (text !== undefined) return text.startsWith("\ufeff") ? text.slice(1) : text;
  const problem = bytes.length > MAX_CONFIG_BYTES ? `larger than ${MAX_CONFIG_BYTES} bytes` : "not UTF-8";
  throw new PprotectError("invalid_config", `${escapeUnprintable(file)}: ${problem}`);
}
