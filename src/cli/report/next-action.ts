import { shellWord } from "../../common/shell-quote.ts";
import type { NextAction } from "./json-envelope.ts";

/** A command of ours to run next. */
export interface NextCommand {
  /** What it does, for people. */
  readonly description: string;
  /** Its words and options. */
  readonly command: readonly string[];
  /** Its arguments; words in capitals are for the caller to fill in. */
  readonly args?: readonly string[];
}

/** As a line of a shell. @param file the store's, where it was named */
export function nextAction(
  { description, command, args = [] }: NextCommand,
  file: string | undefined,
): NextAction {
  const store = file === undefined ? [] : ["--file", file];
  const end = args.some((word) => word.startsWith("-")) ? ["--"] : [];
  return {
    command: ["pprotect", ...store, ...command, ...end, ...args].map(shellWord).join(" "),
    description,
  };
}

/** What to do after someone lost a domain. */
export function rotation(domain: string): NextCommand {
  return rotate(
    domain,
    "replace the domain's keys, which whoever was removed may have kept; then change its values",
  );
}

/** What to do after a passphrase changed that others may know. */
export function rotationAfterLeak(domain: string): NextCommand {
  return rotate(
    domain,
    "if others may know the old passphrase: replace the domain's keys, then change its values",
  );
}

function rotate(domain: string, description: string): NextCommand {
  return { description, command: ["rotate-domain-keys"], args: [domain] };
}
