import { displayName } from "../../../common/terminal-safe.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** An untrusted name as HTML: cut if it is long, with control characters and the like as `\u{…}`. */
export function htmlName(name: string): string {
  return `<b>${escapeHtml(displayName(name)) || "(no name)"}</b>`;
}
