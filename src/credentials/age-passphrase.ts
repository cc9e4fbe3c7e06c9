import { PprotectError } from "../common/errors.ts";
import { shellWord } from "../common/shell-quote.ts";
import { displayName, escapeUnprintable } from "../common/terminal-safe.ts";
import { decryptAge, withoutArmor } from "../crypto/age.ts";
import { hasPassphrase } from "../crypto/age-format.ts";
import { type AgeIdentities, identitiesOfFile, sopsIdentities } from "../system/age-identities.ts";
import { absoluteDirectories, findOnAbsolutePath } from "../system/find-executable.ts";
import { outputOfProgram } from "../system/program-output.ts";
import { credentialVariables, environmentNames } from "./environment-names.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Long enough to touch a hardware key, or to type a password. */
const TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 * 1024;

/** Where the identities are, and whether the user may be asked for what protects them. */
export interface AgeContext {
  /** `undefined` if the environment must not be used: then only the usual file has identities. */
  readonly environment: Environment | undefined;
  readonly environmentPrefix: string;
  /** Whether the program `age` may ask at the terminal. */
  readonly mayAsk: boolean;
  readonly timeoutMs?: number;
}

/**
 * Decrypts a passphrase file that age encrypted to a recipient: ourselves with an identity of age's own kinds, else
 * with the program `age`, which knows plugins and ssh keys.
 *
 * The identities are those of the file that `PPROTECT_AGE_IDENTITY_FILE` names; without it, those that SOPS uses.
 *
 * @param path for messages
 * @throws PprotectError `missing_credentials` when no identity opens it; `invalid_passphrase` when it is damaged, or
 *   encrypted with a passphrase; `file_error` for a file of identities
 */
export async function decryptPassphrase(
  bytes: Uint8Array,
  path: string,
  context: AgeContext,
): Promise<Uint8Array> {
  const file = unarmored(bytes, path);
  if (hasPassphrase(file)) {
    throw new PprotectError(
      "invalid_passphrase",
      `${displayName(path)} is encrypted with a passphrase, not to an age identity`,
      `use --passphrase-command ${shellWord(`age -d ${shellWord(displayName(path))}`)}`,
    );
  }
  const variable = environmentNames(context.environmentPrefix).ageIdentityFile;
  const found = identitiesFor(context, variable);
  const own = await decryptAge(file, found.identities);
  if (own) return own;
  if (found.otherFiles.length > 0) return decryptWithProgram(file, path, found.otherFiles, context);
  const places = found.places.map(escapeUnprintable).join(", ");
  throw new PprotectError(
    "missing_credentials",
    `no age identity opens the passphrase file ${displayName(path)} (looked in ${places})`,
    `set ${variable} to the file of an age identity, or to an ssh key`,
  );
}

function unarmored(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return withoutArmor(bytes);
  } catch {
    throw new PprotectError("invalid_passphrase", `${displayName(path)} is a damaged age file`);
  }
}

function identitiesFor({ environment }: AgeContext, variable: string): AgeIdentities {
  if (!environment) {
    const { HOME, XDG_CONFIG_HOME, AppData } = process.env;
    return sopsIdentities({ HOME, XDG_CONFIG_HOME, AppData });
  }
  const named = environment[variable];
  if (named) return identitiesOfFile(named);
  const { places, ...found } = sopsIdentities(environment);
  return { ...found, places: [variable, ...places] };
}

/** The file goes to the standard input of `age`, the identities by their files. */
async function decryptWithProgram(
  file: Uint8Array,
  path: string,
  identityFiles: readonly string[],
  { environmentPrefix, mayAsk, timeoutMs = TIMEOUT_MS }: AgeContext,
): Promise<Uint8Array> {
  const failed = (
    what: string,
    fix = `run \`age -d -i IDENTITY ${shellWord(displayName(path))}\` to see why`,
  ) => new PprotectError("missing_credentials", `${displayName(path)}: ${what}`, fix);
  const program = findOnAbsolutePath("age", process.env.PATH);
  if (program === undefined)
    throw failed("ssh keys and plugins need the program age, which is not in PATH", "install age");
  const output = await outputOfProgram(
    [program, "--decrypt", ...identityFiles.flatMap((each) => ["--identity", each])],
    { environment: environmentOfAge(environmentPrefix), input: file, mayAsk, timeoutMs, maxBytes: MAX_BYTES },
  );
  if (output === "more") throw failed(`age printed more than ${MAX_BYTES} bytes`);
  if (output === "late") throw failed(`age took longer than ${timeoutMs / 1000} seconds`);
  if (output.status !== 0) throw failed(`age could not decrypt it (exit status ${output.status})`);
  return output.bytes;
}

/** It looks for plugins in PATH, where a relative directory would be one of the repository. */
function environmentOfAge(prefix: string): Environment {
  const withheld = credentialVariables(prefix);
  const inherited = Object.entries(process.env).filter(([name]) => !withheld.includes(name));
  return { ...Object.fromEntries(inherited), PATH: absoluteDirectories(process.env.PATH) };
}
