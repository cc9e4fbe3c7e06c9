import { parseDuration } from "../../common/duration.ts";
import { PprotectError } from "../../common/errors.ts";
import type { ValueWithLines } from "../../common/value-with-lines.ts";

/** How a secret is rotated, and when. */
export interface RotationRule {
  /** ms after which a value is too old. */
  readonly maxAge?: number;
  /** The command that makes a new value. */
  readonly via?: string;
  /** The command that tries a new value before it is written. */
  readonly verify?: string;
  /** The command that makes an old value invalid. */
  readonly revokeVia?: string;
  /** ms between the promotion of a value and the end of the old one: who uses it has to have the new one by then. */
  readonly grace?: number;
  /** Who to ask. */
  readonly owner?: string;
  /** Where it is explained. */
  readonly docs?: string;
}

/** The rules, by a domain's name or `DOMAIN/SECRET`. */
export type RotationRules = ReadonlyMap<string, RotationRule>;

export const NO_ROTATION_RULES: RotationRules = new Map();

/** Characters: a longer command belongs into a file, where it can be read. */
const MAX_TEXT = 1024;

const KEYS = ["max_age", "rotate_via", "verify", "revoke_via", "grace", "owner", "docs"] as const;

/**
 * Reads the section `rotation`: `DOMAIN: {…}` and `DOMAIN/SECRET: {…}`.
 * @throws PprotectError `invalid_config`
 */
export function readRotationRules(section: ValueWithLines): RotationRules {
  return new Map(section.entries('"rotation"').map(({ name, value }) => [name, readRule(name, value)]));
}

/** The rule for a secret: what its own rule does not say, that of its domain does. */
export function rotationRule(rules: RotationRules, domain: string, secret: string): RotationRule {
  return { ...rules.get(domain), ...rules.get(`${domain}/${secret}`) };
}

function readRule(name: string, value: ValueWithLines): RotationRule {
  const members = value.members(`the rotation of "${name}"`, KEYS);
  const text = (key: (typeof KEYS)[number]): string | undefined => {
    const found = members.get(key);
    const read = found?.text(`"${key}"`);
    if (read === "") throw found?.invalid(`"${key}" is empty`);
    if (read !== undefined && read.length > MAX_TEXT)
      throw found?.invalid(`"${key}" is longer than ${MAX_TEXT} characters`, "put the commands into a file");
    return read;
  };
  const time = (key: (typeof KEYS)[number]): number | undefined => {
    const found = members.get(key);
    return found && durationOf(key, found);
  };
  const rule = {
    maxAge: time("max_age"),
    grace: time("grace"),
    via: text("rotate_via"),
    verify: text("verify"),
    revokeVia: text("revoke_via"),
    owner: text("owner"),
    docs: text("docs"),
  };
  return Object.fromEntries(Object.entries(rule).filter(([, each]) => each !== undefined));
}

function durationOf(key: string, value: ValueWithLines): number {
  try {
    return parseDuration(`"${key}"`, value.text(`"${key}"`));
  } catch (error) {
    if (error instanceof PprotectError && error.code === "usage")
      throw value.invalid(error.message, error.fix);
    throw error;
  }
}
