import { secretNameKind, secretNamesIn } from "../secret-name.ts";
import type { PlacedAssignment } from "./placed-value.ts";

/**
 * A default in an expansion: `${NAME:-value}` and `${NAME:=value}` in shells and compose files, `${name:value}` in Spring,
 * `${NAME:default}` elsewhere. Not `${NAME:?message}` and `${NAME:+other}`.
 */
const EXPANSION = /[$#]\{(?<name>[A-Za-z_][\w.-]{0,80})(?::-|:=|-|=|:(?![?+]))(?<value>[^{}"'\s]{6,200})\}/g;

/** A default in a template, after the name: `{{ lookup('env', 'NAME') | default('value') }}`. */
const TEMPLATE_DEFAULT = /\|\s{0,2}(?:default|d)[\s(]{1,3}\\?["'](?<value>[^"'\s{}\\]{6,200})/g;

function templateDefaults(text: string): PlacedAssignment[] {
  const found: PlacedAssignment[] = [];
  const names = secretNamesIn(text);
  let before = 0;
  for (const match of text.matchAll(TEMPLATE_DEFAULT)) {
    const { value = "" } = match.groups ?? {};
    while ((names[before]?.start ?? match.index) < match.index) before++;
    const name = names[before - 1]?.name;
    if (name === undefined) continue;
    const end = match.index + match[0].length;
    found.push({ name, value, start: end - value.length, end, quoted: true });
  }
  return found;
}

/** The defaults in a line whose names are those of secrets. */
export function expansionDefaults(text: string): PlacedAssignment[] {
  const found: PlacedAssignment[] = text.includes("{{") ? templateDefaults(text) : [];
  if (!text.includes("${") && !text.includes("#{")) return found;
  for (const match of text.matchAll(EXPANSION)) {
    const { name = "", value = "" } = match.groups ?? {};
    if (!secretNameKind(name)) continue;
    const end = match.index + match[0].length - 1;
    found.push({ name, value, start: end - value.length, end, quoted: true });
  }
  return found;
}
