import { PprotectError } from "../../common/errors.ts";

/** The variable by which an operator forbids that values are printed or written. No option overrides it. */
export const NO_PLAINTEXT_VARIABLE = "PPROTECT_NO_PLAINTEXT";

/** Whether values may not be printed. What is not known is taken for yes. */
export function isPlaintextForbidden(environment: Readonly<Record<string, string | undefined>>): boolean {
  return !["", "0", undefined].includes(environment[NO_PLAINTEXT_VARIABLE]);
}

/** @param what would print or write values. @throws PprotectError `plaintext_forbidden` */
export function refuseForbiddenPlaintext(
  environment: Readonly<Record<string, string | undefined>>,
  what: string,
): void {
  if (!isPlaintextForbidden(environment)) return;
  throw new PprotectError(
    "plaintext_forbidden",
    `${what} would show secrets in plain text, which ${NO_PLAINTEXT_VARIABLE} forbids`,
    "pass them to a program: `pprotect exec -- PROGRAM`",
  );
}
