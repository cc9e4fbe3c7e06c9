import { secretNameKind } from "../secret-name.ts";
import type { PlacedAssignment } from "./inline.ts";

/**
 * A default in an expansion: `${NAME:-value}` and `${NAME:=value}` in shells and compose files, `${name:value}` in Spring,
 * `${NAME:default}` elsewhere. Not `${NAME:?message}` and `${NAME:+other}`.
 */
const EXPANSION = /[$#]\{(?<name>[A-Za-z_][\w.-]{0,80})(?::-|:=|-|=|:(?![?+]))(?<value>[^{}"'\s]{6,200})\}/g;

/** The defaults in a line whose names are those of secrets. */
export function expansionDefaults(text: string): PlacedAssignment[] {
  const found: PlacedAssignment[] = [];
  if (!text.includes("${") && !text.includes("#{")) return found;
  for (const match of text.matchAll(EXPANSION)) {
    const { name = "", value = "" } = match.groups ?? {};
    if (!secretNameKind(name)) continue;
    const end = match.index + match[0].length - 1;
    found.push({ name, value, start: end - value.length, end, quoted: true });
  }
  return found;
}
