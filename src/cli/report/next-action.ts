import { shellWord } from "../../common/shell-quote.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import type { NextAction } from "./json-envelope.ts";

/** A pprotect command to run next. */
export interface NextCommand {
  /** What it does, for people. */
  readonly description: string;
  /** Its words and options. */
  readonly command: readonly Word[];
  /** Its arguments. */
  readonly args?: readonly Word[];
}

/** A word of a command, or one that the caller has to replace, in capitals. */
export type Word = string | { readonly fillIn: string };

/** A word that the caller replaces. @param name in capitals */
export function fillIn(name: string): Word {
  return { fillIn: name };
}

/** A line for a shell. @param file the store's path, if it was given with `--file` */
export function nextAction(
  { description, command, args = [] }: NextCommand,
  file: string | undefined,
): NextAction {
  const store = file === undefined ? [] : ["--file", file];
  const end = args.some((word) => textOf(word).startsWith("-")) ? ["--"] : [];
  const words = ["pprotect", ...store, ...command, ...end, ...args];
  return {
    command: words.map((word) => shellWord(textOf(word))).join(" "),
    description,
    runnable: words.every((word) => typeof word === "string"),
  };
}

/** How a command that a message names begins: `pprotect`, with the store's path if it was given with `--file`. */
export function programOn(file: string | undefined): string {
  return file === undefined ? "pprotect" : `pprotect --file ${shellWord(escapeUnprintable(file))}`;
}

function textOf(word: Word): string {
  return typeof word === "string" ? word : word.fillIn;
}

/** What to do after an owner was removed from a domain. */
export function rotation(domain: string): NextCommand {
  return rotate(
    domain,
    "replace the domain's keys, which the removed owner may have kept; then change its values",
  );
}

/** What to do after changing a passphrase that others may know. */
export function rotationAfterLeak(domain: string): NextCommand {
  return rotate(
    domain,
    "if others may know the old passphrase: replace the domain's keys, then change its values",
  );
}

function rotate(domain: string, description: string): NextCommand {
  return { description, command: ["rotate-domain-keys"], args: [domain] };
}
