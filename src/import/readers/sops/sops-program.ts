import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import type { Environment } from "../../../system/age-identities.ts";
import { startProgram } from "../../../system/start-program.ts";
import { MAX_IMPORT_BYTES } from "../../input-text.ts";
import type { SopsKind } from "./sops-file.ts";

/** Asking a key service over the network takes seconds; beyond this it hangs. */
const TIMEOUT_MS = 60_000;

/**
 * Decrypts with the program `sops`, which verifies the MAC too. The file goes to its standard input.
 *
 * @returns JSON, or of a binary file its content
 * @throws PprotectError `cannot_open`: never with what the program printed, which may quote the file
 */
export async function decryptWithProgram(
  program: string,
  bytes: Uint8Array,
  { kind, file, environment }: { kind: SopsKind; file: string; environment: Environment },
): Promise<Uint8Array> {
  const output = kind === "binary" ? "binary" : "json";
  const child = startProgram(
    [program, "--decrypt", "--input-type", kind, "--output-type", output, "/dev/stdin"],
    {
      env: withoutPassphrases(environment),
      stdin: bytes,
      stderr: "ignore",
      timeout: TIMEOUT_MS,
      maxBuffer: 2 * MAX_IMPORT_BYTES,
    },
  );
  const [plaintext, status] = await Promise.all([new Response(child.stdout).bytes(), child.exited]);
  if (status === 0) return plaintext;
  throw new PprotectError(
    "cannot_open",
    `${displayName(file)}: sops could not decrypt it (exit status ${status})`,
    "run `sops --decrypt` on it to see why",
  );
}

function withoutPassphrases(environment: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/_PASSPHRASE$/i.test(name)));
}
