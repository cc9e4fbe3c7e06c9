import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import { HookAnswer } from "./answer.ts";
import { Collected } from "./collected.ts";
import { type HookEnd, type HookRun, runHook } from "./run-hook.ts";
import { type HookOutput, MAX_SHOWN, redacted } from "./shown-output.ts";

/** A command of the user's that works with a secret. */
export interface Hook extends HookOutput {
  /** For /bin/sh. */
  readonly command: string;
  readonly domain: string;
  /** Where it runs; the current directory if nothing is said. */
  readonly directory: string | undefined;
  /** Inherited variables, without credentials. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** What a hook is to do. */
export type HookAction = "rotate" | "verify" | "revoke";

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
  const answer = new HookAnswer(oldValue, onAnswer);
  // The new value may be in it, which is not known before the answer.
  const errors = new Collected(MAX_SHOWN);
  const streams = {
    output: (chunk: Uint8Array) => answer.add(chunk),
    errors: (chunk: Uint8Array) => void errors.add(chunk),
  };
  const end = await run(hook, "rotate", oldValue, {}, streams);
  const { value, hasOther, values } = answer.end();
  const shown = redacted(hook, [oldValue, ...values]);
  shown.errors(errors.bytes());
  shown.end();
  errors.wipe();
  requireSuccess(hook, "rotate", end);
  if (hasOther) throw failed(hook, "rotate", "wrote more to standard output than its answer");
  if (value === undefined) throw failed(hook, "rotate", 'did not answer with a line of JSON, {"value": "…"}');
  if (value === oldValue) throw failed(hook, "rotate", "answered with the old value");
  if (value === "") throw failed(hook, "rotate", "answered with an empty value");
  if (!value.isWellFormed()) throw failed(hook, "rotate", "answered with a value that is not valid Unicode");
  return value;
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
    "its standard error is above; docs/rotation.md says what it gets and how it answers",
  );
}
