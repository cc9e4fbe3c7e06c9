import { PprotectError } from "../../common/errors.ts";
import { type Redaction, redactionOf } from "../../redact/redaction.ts";

/** Bytes of what a command prints that are shown; the rest is read and dropped. */
export const MAX_SHOWN = 256 * 1024;

/** Where what a command prints goes. */
export interface HookOutput {
  /** Printed in place of a value. */
  readonly secret: string;
  /** Takes what the command writes to standard error, and what a test writes to standard output, redacted. */
  readonly show: (output: Uint8Array) => void;
  /** Takes a line for the user. */
  readonly note: (message: string) => void;
}

/** What shows the output of a command as it comes, without the values. */
export function redacted({ secret, show, note }: HookOutput, values: readonly string[]) {
  const redaction = redactionFor(secret, values);
  let left = MAX_SHOWN;
  const stream = () => {
    const redactor = redaction?.redactor() ?? dropping();
    const showPart = (bytes: Uint8Array): void => {
      if (left <= 0 || bytes.length === 0) return;
      show(bytes.subarray(0, left));
      left -= bytes.length;
      if (left <= 0) note("\n(more output is not shown)");
    };
    return {
      take: (chunk: Uint8Array) => showPart(redactor.push(chunk)),
      end: () => showPart(redactor.end()),
    };
  };
  const [output, errors] = [stream(), stream()];
  return {
    output: (chunk: Uint8Array) => {
      output.take(chunk);
      return true;
    },
    errors: errors.take,
    end: () => {
      output.end();
      errors.end();
    },
  };
}

/** @returns nothing where the values are too long to be found: then nothing may be shown */
function redactionFor(secret: string, values: readonly string[]): Redaction | undefined {
  try {
    return redactionOf(values.filter((value) => value !== "").map((value) => [secret, value] as const));
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}

/** In place of what redacts: says once that something was printed. */
function dropping() {
  let isFirst = true;
  return {
    push: (chunk: Uint8Array): Uint8Array => {
      if (!isFirst || chunk.length === 0) return new Uint8Array();
      isFirst = false;
      return Buffer.from("(output is not shown: the values are too long to be redacted)\n");
    },
    end: (): Uint8Array => new Uint8Array(),
  };
}
