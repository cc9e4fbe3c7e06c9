import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import type { Environment } from "../../../system/age-identities.ts";
import { outputOfProgram } from "../../../system/program-output.ts";
import { MAX_IMPORT_BYTES } from "../../input-text.ts";
import type { SopsKind } from "./sops-file.ts";

/** Asking a key service over the network takes seconds; beyond this it hangs. */
const TIMEOUT_MS = 60_000;

/** What is decrypted, and how the program is run. */
export interface SopsRun {
  readonly kind: SopsKind;
  /** For messages. */
  readonly file: string;
  readonly environment: Environment;
  readonly timeoutMs?: number;
}

/**
 * Decrypts with the program `sops`, which verifies the MAC too. The file goes to its standard input.
 *
 * @returns JSON, or of a binary file its content
 * @throws PprotectError `cannot_open`: never with what the program printed, which may quote the file
 */
export async function decryptWithProgram(
  program: string,
  bytes: Uint8Array,
  { kind, file, environment, timeoutMs = TIMEOUT_MS }: SopsRun,
): Promise<Uint8Array> {
  const output = kind === "binary" ? "binary" : "json";
  const result = await outputOfProgram(
    [program, "--decrypt", "--input-type", kind, "--output-type", output, "/dev/stdin"],
    {
      environment: withoutPassphrases(environment),
      input: bytes,
      errors: "ignore",
      // It may have to ask for the passphrase of a key.
      mayAsk: true,
      timeoutMs,
      maxBytes: 2 * MAX_IMPORT_BYTES,
    },
  );
  const failed = (what: string) =>
    new PprotectError(
      "cannot_open",
      `${displayName(file)}: sops ${what}`,
      "run `sops --decrypt` on it to see why",
    );
  if (result === "late") throw failed(`took longer than ${timeoutMs / 1000} seconds`);
  if (result === "more") throw failed(`printed more than ${2 * MAX_IMPORT_BYTES} bytes`);
  if (result.status === 0) return result.bytes;
  throw failed(`could not decrypt it (exit status ${result.status})`);
}

function withoutPassphrases(environment: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/_PASSPHRASE$/i.test(name)));
}
