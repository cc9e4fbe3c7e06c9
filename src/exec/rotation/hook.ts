import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as t from "typanion";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { wipe } from "../../crypto/bytes.ts";
import { redactionOf } from "../../redact/redaction.ts";
import { createPrivateDirectory } from "../../system/memory-directory.ts";
import { removeOverwritten } from "../plaintext-files/shred.ts";

/** More than any value has that a store is for, in JSON. */
const MAX_ANSWER = 16 * 1024 * 1024;

/** A command of the user's that works with a secret. */
export interface Hook {
  /** For /bin/sh. */
  readonly command: string;
  readonly domain: string;
  readonly secret: string;
  /** Inherited variables, without credentials. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Takes what the command writes to standard error, and what a test writes to standard output, redacted. */
  readonly show: (output: Uint8Array) => void;
}

/** What a hook is to do. */
export type HookAction = "rotate" | "verify" | "revoke";

const isAnswer = t.isObject({ value: t.isString() }, { extra: t.isUnknown() });

/**
 * Runs a hook that makes a new value. It has the old one on descriptor 3, and a line of JSON on standard input with
 * `action`, `domain` and `secret`; it answers with a line of JSON, `{"value": "…"}`, on standard output.
 *
 * @throws PprotectError `hook_failed`
 */
export async function newValueFrom(hook: Hook, oldValue: string): Promise<string> {
  const { status, output } = await run(hook, "rotate", oldValue, {}, false);
  if (status !== 0) throw failed(hook, "rotate", `failed with exit status ${status}`);
  const text = decodeUtf8(output);
  wipe(output);
  const answer = parsed(text ?? "");
  if (answer === undefined)
    throw failed(hook, "rotate", 'did not answer with a line of JSON, {"value": "…"}');
  if (answer === oldValue) throw failed(hook, "rotate", "answered with the old value");
  return answer;
}

/**
 * Runs a hook that tries a new value: it has it in a variable, as a program of `exec` would, and the old one on
 * descriptor 3.
 *
 * @param variable the variable's name
 * @throws PprotectError `hook_failed` unless its exit status is 0
 */
export async function verifyBy(hook: Hook, variable: string, value: string, oldValue: string): Promise<void> {
  const { status } = await run(hook, "verify", oldValue, { [variable]: value }, true);
  if (status !== 0) throw failed(hook, "verify", `failed with exit status ${status}`);
}

/** Runs a hook that makes an old value invalid: it has it on descriptor 3. @throws PprotectError `hook_failed` */
export async function revokeBy(hook: Hook, oldValue: string): Promise<void> {
  const { status } = await run(hook, "revoke", oldValue, {}, true);
  if (status !== 0) throw failed(hook, "revoke", `failed with exit status ${status}`);
}

async function run(
  hook: Hook,
  action: HookAction,
  oldValue: string,
  variables: Readonly<Record<string, string>>,
  showOutput: boolean,
): Promise<{ status: number; output: Uint8Array }> {
  const { command, domain, secret, environment, timeoutMs } = hook;
  const redaction = redactionOf([
    [secret, oldValue],
    ...Object.values(variables).map((value) => [secret, value] as const),
  ]);
  const descriptor = descriptorWith(oldValue);
  const child = Bun.spawn(["/bin/sh", "-c", command], {
    env: { ...environment, ...variables },
    // A group of its own, so that what it started ends with it.
    detached: true,
    stdio: [Buffer.from(`${JSON.stringify({ action, domain, secret })}\n`), "pipe", "pipe", descriptor],
  });
  closeSync(descriptor);
  let why: "late" | "more" | undefined;
  const end = (reason: "late" | "more"): void => {
    why ??= reason;
    endGroup(child.pid);
  };
  const timer = setTimeout(() => end("late"), timeoutMs);
  const redacted = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const redactor = redaction.redactor();
    for await (const chunk of stream) hook.show(redactor.push(chunk));
    hook.show(redactor.end());
  };
  const chunks: Uint8Array[] = [];
  const collected = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    let length = 0;
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > MAX_ANSWER) return end("more");
      chunks.push(chunk);
    }
  };
  try {
    const reading = showOutput ? redacted(child.stdout) : collected(child.stdout);
    const [status] = await Promise.all([child.exited, reading, redacted(child.stderr)]);
    if (why === "late") throw failed(hook, action, `took longer than ${timeoutMs / 1000} seconds`);
    if (why === "more") throw failed(hook, action, "answered with more than 16 MiB");
    const output = Buffer.concat(chunks);
    for (const chunk of chunks) wipe(chunk);
    return { status, output };
  } finally {
    clearTimeout(timer);
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** A descriptor to read a value from, of a file without a name: in memory where the system can. */
function descriptorWith(value: string): number {
  const directory = createPrivateDirectory(removeOverwritten);
  try {
    const path = join(directory.path, "value");
    writeFileSync(path, value, { mode: 0o600, flag: "wx" });
    const descriptor = openSync(path, "r");
    rmSync(path);
    return descriptor;
  } finally {
    directory.remove();
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

function failed({ domain, secret }: Hook, action: HookAction, what: string): PprotectError {
  return new PprotectError(
    "hook_failed",
    `the ${action} command of "${displayName(`${domain}/${secret}`)}" ${what}; the store is unchanged`,
    "what it printed is above; docs/rotation.md says what it gets and how it answers",
  );
}
