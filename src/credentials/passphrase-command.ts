import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { withoutLineEnd } from "../common/text.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import { wipe } from "../crypto/bytes.ts";
import { outputOfProgram } from "../system/program-output.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Long enough for a login in a browser; beyond it the command hangs. */
const TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 * 1024;

/** What a command gets as variables: it may look up a passphrase for each store and user. */
export interface CommandContext {
  readonly user: string;
  /** The store's path. */
  readonly store: string;
  readonly environment: Environment;
  /** Variables that it must not inherit. */
  readonly withheld: readonly string[];
  readonly timeoutMs?: number;
}

/**
 * Runs the user's own command, such as `op read …` or `pass …`, by the shell, and takes what it prints, less one line
 * end, for a passphrase. Its standard input is empty, its standard error is ours.
 *
 * @param source the option or variable that the command comes from, for messages; the command itself is not printed
 * @throws PprotectError `missing_credentials` when it fails, prints nothing, or takes more than a minute;
 *   `invalid_passphrase` when it prints no UTF-8 text
 */
export async function passphraseFromCommand(
  command: string,
  source: string,
  { user, store, environment, withheld, timeoutMs = TIMEOUT_MS }: CommandContext,
): Promise<string> {
  const inherited = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !withheld.includes(name)),
  );
  const output = await outputOfProgram(["/bin/sh", "-c", command], {
    environment: { ...inherited, PPROTECT_USER: user, PPROTECT_STORE: store },
    mayAsk: true,
    timeoutMs,
    maxBytes: MAX_BYTES,
  });
  if (output === "more") throw failed(source, `printed more than ${MAX_BYTES} bytes`);
  if (output === "late") throw failed(source, `took longer than ${timeoutMs / 1000} seconds`);
  return passphraseIn(output.bytes, output.status, source);
}

function passphraseIn(bytes: Uint8Array, status: number, source: string): string {
  const text = decodeUtf8(bytes);
  wipe(bytes);
  if (status !== 0) throw failed(source, `failed with exit status ${status}`);
  if (text === undefined) {
    throw new PprotectError(
      "invalid_passphrase",
      `the passphrase command (${displayName(source)}) printed no UTF-8 text`,
    );
  }
  const passphrase = withoutLineEnd(text);
  if (passphrase === "") throw failed(source, "printed nothing");
  return passphrase;
}

function failed(source: string, what: string): PprotectError {
  return new PprotectError(
    "missing_credentials",
    `the passphrase command (${displayName(source)}) ${what}`,
    "run it yourself to see why; no other source is tried",
  );
}
