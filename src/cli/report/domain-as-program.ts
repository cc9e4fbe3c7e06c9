import { PprotectError } from "../../common/errors.ts";
import { shellWord } from "../../common/shell-quote.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";

/** An error of a program that was not found, with a hint where a domain has its name: `exec prod -- ./server`. */
export function withDomainHint(
  error: unknown,
  program: string,
  domains: ReadonlyMap<string, unknown>,
): unknown {
  if (!(error instanceof PprotectError) || error.code !== "command_not_found" || !domains.has(program))
    return error;
  return new PprotectError(
    error.code,
    error.message,
    `"${displayName(program)}" is a domain: \`pprotect exec --domain ${shellWord(escapeUnprintable(program))} -- PROGRAM\``,
    { cause: error },
  );
}
