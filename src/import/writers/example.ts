import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { checkIdentifier } from "./unrepresentable.ts";

/** A secret's name, and what it is for. */
export interface Described {
  readonly name: string;
  readonly description: string | undefined;
}

/**
 * The `.env.example` that is committed: names, and descriptions as comments. No value goes in.
 *
 * @throws PprotectError `unrepresentable` for a name that is not a variable name
 */
export function writeExample(secrets: readonly Described[]): string {
  return secrets
    .map(({ name, description }) => {
      checkIdentifier("example", name);
      const lines = description === undefined || description === "" ? [] : description.split(/\r\n|[\r\n]/);
      return `${lines.map((line) => `${`# ${escapeUnprintable(line)}`.trimEnd()}\n`).join("")}${name}=\n`;
    })
    .join("");
}
