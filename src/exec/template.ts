import { bufferOf } from "../common/buffer-of.ts";
import { withErrorLocation } from "../common/error-location.ts";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { decodeUtf8, encodeUtf8 } from "../common/utf8.ts";
import { concatBytes } from "../crypto/bytes.ts";
import type { SecretPlace } from "../sources/in-store.ts";
import { findDomain, findSecret } from "../store/lookup.ts";
import type { StoreData } from "../store/store-data.ts";
import type { Choice } from "./selection.ts";

/** A reference to a secret, between `{{` and `}}`. */
interface Reference {
  /** `undefined` in `{{NAME}}`. */
  readonly domain: string | undefined;
  readonly name: string;
  /** 1-based. */
  readonly line: number;
}

/** A part of a template: bytes to copy, or a reference. */
export type TemplatePart = Uint8Array | Reference;

/** How to write the characters `{{` in a template, as in Go's templates. */
export const LITERAL_BRACES = '{{"{{"}}';

/** Byte order marks of UTF-16, in which `{{` would not be found. */
const UTF16 = /^(?:\xff\xfe|\xfe\xff)/;

/**
 * Parses a template. `{{NAME}}` and `{{DOMAIN/NAME}}` refer to secrets, with or without white space inside the braces;
 * {@link LITERAL_BRACES} is `{{`. Any other `{{` is an error, so that misspelt references are noticed. All other bytes
 * are kept, in any encoding.
 *
 * @param file the file's name, for messages: `FILE:LINE: what is wrong`
 * @throws PprotectError `invalid_template`
 */
export function parseTemplate(template: Uint8Array, file: string): TemplatePart[] {
  // Latin-1 has one character per byte, so an index in the text is an index in the bytes.
  const text = bufferOf(template).toString("latin1");
  if (UTF16.test(text))
    throw new PprotectError("invalid_template", `${file}: UTF-16 is not supported`, "convert it to UTF-8");
  const parts: TemplatePart[] = [];
  let end = 0;
  let line = 1;
  for (let start = text.indexOf("{{"); start !== -1; start = text.indexOf("{{", end)) {
    parts.push(template.subarray(end, start));
    line += lineEnds(text, end, start);
    if (text.startsWith(LITERAL_BRACES, start)) {
      parts.push(encodeUtf8("{{"));
      end = start + LITERAL_BRACES.length;
    } else {
      const close = text.indexOf("}}", start);
      const at = line;
      parts.push(withErrorLocation(file, at, () => ({ ...readReference(template, start, close), line: at })));
      end = close + "}}".length;
    }
  }
  return [...parts, template.subarray(end)];
}

function lineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** `DOMAIN/NAME` or `NAME`. A domain's name may have a slash in it, a secret's name cannot. */
function readReference(template: Uint8Array, start: number, close: number): Omit<Reference, "line"> {
  const inner = close === -1 ? undefined : decodeUtf8(template.subarray(start + 2, close));
  const [, domain, name] = /^(?:([^\r\n]*)\/)?([A-Za-z][-_A-Za-z0-9]*)$/.exec(inner?.trim() ?? "") ?? [];
  if (name !== undefined) return { domain, name };
  const found = inner === undefined ? "{{" : `{{${inner}}}`;
  throw new PprotectError(
    "invalid_template",
    `"${displayName(found)}" is not a reference to a secret`,
    `write {{NAME}} or {{DOMAIN/NAME}}, or ${LITERAL_BRACES} for the characters {{`,
  );
}

/** Where to look up references without a domain. */
export interface TemplateDomains {
  readonly domains: readonly string[];
  /** If two domains have a secret, the later one wins; otherwise that is an error. */
  readonly override: boolean;
  /** The secrets of a manifest, by name, which are looked up before any domain. */
  readonly manifest: readonly Choice[];
}

/** The names of the references that have no domain. */
export function namesWithoutDomain(parts: readonly TemplatePart[]): readonly string[] {
  return parts.flatMap((part) =>
    part instanceof Uint8Array || part.domain !== undefined ? [] : [part.name],
  );
}

/**
 * Finds the secrets that a template refers to. Opens none.
 *
 * @returns the secret of each reference, in order
 * @throws PprotectError `no_such_domain`, `no_such_secret`, `usage`, each with the line
 */
export function findReferences(
  parts: readonly TemplatePart[],
  file: string,
  store: StoreData,
  given: TemplateDomains,
): Choice[] {
  for (const domain of given.domains) findDomain(store, domain);
  return parts.flatMap((part) =>
    part instanceof Uint8Array ? [] : [withErrorLocation(file, part.line, () => find(store, part, given))],
  );
}

function find(
  store: StoreData,
  { domain, name }: Reference,
  { domains, override, manifest }: TemplateDomains,
): Choice {
  const listed = domain === undefined ? inManifest(manifest, name) : undefined;
  if (listed) return listed;
  const place = findInDomains(store, name, domain === undefined ? domains : [domain], override);
  return { ...place, variable: name };
}

/** A name that the manifest has more than once may mean different secrets. */
function inManifest(manifest: readonly Choice[], name: string): Choice | undefined {
  const [first, second] = manifest.filter((choice) => choice.name === name);
  if (!first || !second) return first;
  throw new PprotectError(
    "usage",
    `the manifest has several entries with the name "${name}": ${first.variable} and ${second.variable}`,
    `write {{DOMAIN/${name}}}, or use --domain`,
  );
}

function findInDomains(
  store: StoreData,
  name: string,
  domains: readonly string[],
  override: boolean,
): SecretPlace {
  const [first, second, ...more] = domains.filter((each) => findDomain(store, each).secrets.has(name));
  if (first !== undefined && second !== undefined && !override) {
    throw new PprotectError(
      "usage",
      `domains "${displayName(first)}" and "${displayName(second)}" both have a secret "${name}"`,
      `write {{${displayName(first)}/${name}}}, or use --override to let the later one win`,
    );
  }
  const last = more.at(-1) ?? second ?? first;
  if (last !== undefined) return { domain: last, name };
  const searched = domains.at(-1);
  if (searched === undefined) {
    throw new PprotectError(
      "usage",
      `no domain for {{${name}}}`,
      `use --domain, or write {{DOMAIN/${name}}}`,
    );
  }
  findSecret(searched, findDomain(store, searched), name);
  return { domain: searched, name };
}

/**
 * Replaces the references of a template by values. Braces in a value are not interpreted.
 * @param values one for each reference, in order
 */
export function renderTemplate(parts: readonly TemplatePart[], values: readonly string[]): Uint8Array {
  let next = 0;
  return concatBytes(
    ...parts.map((part) => (part instanceof Uint8Array ? part : encodeUtf8(values[next++] ?? ""))),
  );
}
