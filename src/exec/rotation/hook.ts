import * as t from "typanion";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { wipe } from "../../crypto/bytes.ts";
import { type Redaction, redactionOf } from "../../redact/redaction.ts";
import { type HookEnd, type HookRun, runHook } from "./run-hook.ts";

/** Bytes: more than any value has that a store is for, in JSON. */
const MAX_ANSWER = 16 * 1024 * 1024;
/** Bytes of what a command prints that are shown; the rest is read and dropped. */
const MAX_SHOWN = 256 * 1024;

/** A command of the user's that works with a secret. */
export interface Hook {
  /** For /bin/sh. */
  readonly command: string;
  readonly domain: string;
  readonly secret: string;
  /** Where it runs; the current directory if nothing is said. */
  readonly directory: string | undefined;
  /** Inherited variables, without credentials. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Takes what the command writes to standard error, and what a test writes to standard output, redacted. */
  readonly show: (output: Uint8Array) => void;
  /** Takes a line for the user. */
  readonly note: (message: string) => void;
}

/** What a hook is to do. */
export type HookAction = "rotate" | "verify" | "revoke";

const isAnswer = t.isObject({ value: t.isString() }, { extra: t.isUnknown() });

/**
 * Runs a hook that makes a new value. It has the old one on descriptor 3, and a line of JSON on standard input with
 * `action`, `domain` and `secret`; it answers with a line of JSON, `{"value": "…"}`, on standard output.
 *
 * @param onAnswer called with the value as soon as it is known, also where the hook fails after it has answered: the value may
 *   be in use then
 * @throws PprotectError `hook_failed`
 */
export async function newValueFrom(
  hook: Hook,
  oldValue: string,
  onAnswer: (value: string) => void,
): Promise<string> {
  const answer = new Collected(MAX_ANSWER);
  // The new value may be in it, which is not known before the answer.
  const errors = new Collected(MAX_SHOWN);
  let value: string | undefined;
  const end = await run(
    hook,
    "rotate",
    oldValue,
    {},
    {
      output: (chunk) => {
        if (!answer.add(chunk)) return false;
        const found = value === undefined && endsObject(chunk) ? parsed(answer.text()) : undefined;
        if (found === undefined) return true;
        value = found;
        if (isUsable(found, oldValue)) onAnswer(found);
        return true;
      },
      errors: (chunk) => void errors.add(chunk),
    },
  );
  const early = value;
  value = parsed(answer.text());
  const among = value === undefined ? answersAmong(answer.text()) : [];
  const last = value ?? among.at(-1);
  if (value === undefined && last !== undefined && last !== early && isUsable(last, oldValue)) onAnswer(last);
  const raw = last === undefined ? answer.text().trim() : "";
  const secrets = [oldValue, early ?? "", last ?? "", ...among, raw].filter((each) => each !== "");
  const shown = redacted(hook, secrets);
  shown.errors(errors.bytes());
  shown.end();
  answer.wipe();
  errors.wipe();
  requireSuccess(hook, "rotate", end);
  if (value === undefined && last !== undefined)
    throw failed(hook, "rotate", "wrote more to standard output than its answer");
  if (value === undefined) throw failed(hook, "rotate", 'did not answer with a line of JSON, {"value": "…"}');
  if (value === oldValue) throw failed(hook, "rotate", "answered with the old value");
  if (value === "") throw failed(hook, "rotate", "answered with an empty value");
  if (!value.isWellFormed()) throw failed(hook, "rotate", "answered with a value that is not valid Unicode");
  return value;
}

/** Whether JSON may end here. */
function endsObject(chunk: Uint8Array): boolean {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    .toString("latin1")
    .trimEnd()
    .endsWith("}");
}

function isUsable(value: string, oldValue: string): boolean {
  return value !== oldValue && value !== "" && value.isWellFormed();
}

/**
 * Runs a hook that tries a new value: it has it in a variable, as a program of `exec` would, and the old one on
 * descriptor 3.
 *
 * @param variable the variable's name
 * @throws PprotectError `hook_failed` unless its exit status is 0
 */
export async function verifyBy(hook: Hook, variable: string, value: string, oldValue: string): Promise<void> {
  if (value.includes("\0"))
    throw failed(hook, "verify", "cannot run: no variable can have a value with a NUL character");
  const output = redacted(hook, [oldValue, value]);
  requireSuccess(hook, "verify", await run(hook, "verify", oldValue, { [variable]: value }, output));
  output.end();
}

/** Runs a hook that makes an old value invalid: it has it on descriptor 3. @throws PprotectError `hook_failed` */
export async function revokeBy(hook: Hook, oldValue: string): Promise<void> {
  const output = redacted(hook, [oldValue]);
  requireSuccess(hook, "revoke", await run(hook, "revoke", oldValue, {}, output));
  output.end();
}

async function run(
  hook: Hook,
  action: HookAction,
  value: string,
  variables: Readonly<Record<string, string>>,
  streams: Pick<HookRun, "output" | "errors"> & { readonly end?: () => void },
): Promise<HookEnd> {
  const { command, directory, domain, secret, environment, timeoutMs } = hook;
  const end = await runHook({
    ...{ command, directory, value, timeoutMs },
    ...{ output: streams.output, errors: streams.errors },
    environment: { ...environment, ...variables },
    input: `${JSON.stringify({ action, domain, secret })}\n`,
    onSignal: () =>
      hook.note(
        `Waiting for the ${action} command of ${displayName(`${domain}/${secret}`)}, which must not stop halfway; press Ctrl-C again to end it.`,
      ),
  });
  if (end.kind !== "exited" || end.status !== 0) streams.end?.();
  return end;
}

/** What shows the output of a command as it comes, without the values. */
function redacted({ secret, show, note }: Hook, values: readonly string[]) {
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

/** Bytes up to a limit. */
class Collected {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns whether there is room for more */
  add(chunk: Uint8Array): boolean {
    const room = this.#limit - this.#length;
    this.#length += chunk.length;
    if (room > 0) this.#chunks.push(Uint8Array.from(chunk.subarray(0, room)));
    return this.#length <= this.#limit;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  text(): string {
    return decodeUtf8(this.bytes()) ?? "";
  }

  wipe(): void {
    for (const chunk of this.#chunks) wipe(chunk);
  }
}

function parsed(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return isAnswer(answer) ? answer.value : undefined;
  } catch {
    return undefined;
  }
}

/** What a command answered that also writes other lines, such as those of the program that changed the value. */
function answersAmong(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => parsed(line) ?? []);
}

function requireSuccess(hook: Hook, action: HookAction, end: HookEnd): void {
  switch (end.kind) {
    case "exited":
      if (end.status !== 0) throw failed(hook, action, `failed with exit status ${end.status}`);
      return;
    case "late":
      throw failed(hook, action, `took longer than ${countNoun(hook.timeoutMs / 1000, "second")}`);
    case "too-much":
      throw failed(hook, action, "answered with more than 16 MiB");
    case "stopped":
      throw failed(hook, action, "was ended by Ctrl-C");
    case "not-started":
      throw failed(
        hook,
        action,
        end.code === "E2BIG"
          ? "cannot run: the value is too long for a variable"
          : `cannot be started (${end.code})`,
      );
  }
}

function failed({ domain, secret }: Hook, action: HookAction, what: string): PprotectError {
  return new PprotectError(
    "hook_failed",
    `the ${action} command of "${displayName(`${domain}/${secret}`)}" ${what}; the store is unchanged`,
    "what it printed is above; docs/rotation.md says what it gets and how it answers",
  );
}
