import { withErrorLocation } from "../common/error-location.ts";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { decodeUtf8, encodeUtf8 } from "../common/utf8.ts";
import { concatBytes } from "../crypto/bytes.ts";
import { findDomain, findSecret } from "../store/lookup.ts";
import type { StoreData } from "../store/store-data.ts";

/** A secret, by where it is. */
export interface SecretPlace {
  readonly domain: string;
  readonly name: string;
}

/** What a template says between `{{` and `}}`. */
interface Reference {
  /** Left out where the name stands alone. */
  readonly domain: string | undefined;
  readonly name: string;
  /** From 1. */
  readonly line: number;
}

/** A template in its parts: bytes that stay, and places for secrets. */
export type TemplatePart = Uint8Array | Reference;

/** How a template writes the characters `{{` themselves; Go's templates and their kin know it too. */
export const LITERAL_BRACES = '{{"{{"}}';

/** Byte order marks of UTF-16, in which no `{{` would be found. */
const UTF16 = /^(?:\xff\xfe|\xfe\xff)/;

/**
 * Reads a template. `{{NAME}}` and `{{DOMAIN/NAME}}`, with white space inside the braces or not, stand for
 * secrets, and {@link LITERAL_BRACES} for `{{`. Every other `{{` is refused: left as it is, a misspelt one would go
 * unnoticed. All else stays to the byte, whatever its encoding.
 *
 * @param file its name, for messages: `FILE:LINE: what is wrong`
 * @throws PprotectError `invalid_template`
 */
export function parseTemplate(template: Uint8Array, file: string): TemplatePart[] {
  // One character for each byte, so that places in the text are places in the bytes.
  const text = Buffer.from(template.buffer, template.byteOffset, template.byteLength).toString("latin1");
  if (UTF16.test(text))
    throw new PprotectError("invalid_template", `${file}: is UTF-16`, "convert it to UTF-8");
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

/** `DOMAIN/NAME` or `NAME`; no secret's name has a slash, a domain's may. */
function readReference(template: Uint8Array, start: number, close: number): Omit<Reference, "line"> {
  const inner = close === -1 ? undefined : decodeUtf8(template.subarray(start + 2, close));
  const [, domain, name] = /^(?:([^\r\n]*)\/)?([A-Za-z][-_A-Za-z0-9]*)$/.exec(inner?.trim() ?? "") ?? [];
  if (name !== undefined) return { domain, name };
  const said = inner === undefined ? "{{" : `{{${inner}}}`;
  throw new PprotectError(
    "invalid_template",
    `"${displayName(said)}" names no secret`,
    `{{NAME}} or {{DOMAIN/NAME}} does; ${LITERAL_BRACES} stands for the characters {{`,
  );
}

/** Where secrets without a domain are looked for. */
export interface TemplateDomains {
  readonly domains: readonly string[];
  /** Where two domains have a secret, the later one gives it. */
  readonly override: boolean;
}

/**
 * Finds the secrets that a template names; none is opened.
 *
 * @returns for each reference, in order, where its secret is
 * @throws PprotectError `no_such_domain`, `no_such_secret`, `usage`, each with the line
 */
export function findReferences(
  parts: readonly TemplatePart[],
  file: string,
  store: StoreData,
  given: TemplateDomains,
): SecretPlace[] {
  for (const domain of given.domains) findDomain(store, domain);
  return parts.flatMap((part) =>
    part instanceof Uint8Array ? [] : [withErrorLocation(file, part.line, () => find(store, part, given))],
  );
}

function find(
  store: StoreData,
  { domain, name }: Reference,
  { domains, override }: TemplateDomains,
): SecretPlace {
  const having = (domain === undefined ? domains : [domain]).filter((each) =>
    findDomain(store, each).secrets.has(name),
  );
  const [first, second] = having;
  if (first !== undefined && second !== undefined && !override) {
    throw new PprotectError(
      "usage",
      `domains "${displayName(first)}" and "${displayName(second)}" both have a secret "${name}"`,
      `write {{${displayName(first)}/${name}}}, or give --override to take it from the later one`,
    );
  }
  const last = having.at(-1);
  if (last !== undefined) return { domain: last, name };
  const searched = domain ?? domains.at(-1);
  if (searched === undefined) {
    throw new PprotectError(
      "usage",
      `no domain for {{${name}}}`,
      `give --domain, or write {{DOMAIN/${name}}}`,
    );
  }
  findSecret(searched, findDomain(store, searched), name);
  return { domain: searched, name };
}

/**
 * Puts values in the places of a template's references. A value is not a template: what is in braces in it stays.
 * @param values one for each reference, in order
 */
export function renderTemplate(parts: readonly TemplatePart[], values: readonly string[]): Uint8Array {
  let next = 0;
  return concatBytes(
    ...parts.map((part) => (part instanceof Uint8Array ? part : encodeUtf8(values[next++] ?? ""))),
  );
}
