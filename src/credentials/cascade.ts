import { PprotectError } from "../common/errors.ts";
import { suggest } from "../common/suggest.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { Creds } from "../store/credentials.ts";
import type { UnlockedCustodian } from "../store/custodian.ts";
import type { KeyFile } from "../store/key-file.ts";
import { environmentNames, KEYRING_SOURCE, PROMPT_SOURCE } from "./environment-names.ts";
import { givenPassphrase, readGivenPassphrase } from "./given-passphrase.ts";
import { answeredOr, type Prompter } from "./prompter.ts";

/**
 * The sources of credentials, in order of precedence: flags, environment, configuration (the user only), keyring (the
 * passphrase only), prompt.
 */
export interface CredentialSources {
  readonly user: string | undefined;
  /** The source of `user`, if that is not its flag. */
  readonly userSource?: string;
  readonly passphraseFile: string | undefined;
  /** The command of `--passphrase-command`. */
  readonly passphraseCommand?: string | undefined;
  /** Gets a warning of one line. */
  readonly warn: (message: string) => void;
  /** `undefined` if the environment must not be used. */
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
  readonly environmentPrefix: string;
  /** Whether another program may ask the user for a password, such as that of an ssh key. */
  readonly mayAsk: boolean;
  /** The user of another program's configuration, where nothing else names one; asked for only then. */
  readonly configuredUser?: () => Promise<{ readonly value: string; readonly source: string } | undefined>;
  /** What the keyring has for a user, where nothing else gives a passphrase; asked for only then. */
  readonly savedPassphrase?: (user: string) => Promise<SavedPassphrase | undefined>;
  /** Opens the prompt when something is missing; gives `undefined` if the user must not be asked. */
  readonly prompter: () => Prompter | undefined;
  /** Why there is no prompter, if not because of `--non-interactive`. */
  readonly noPrompterReason?: string | undefined;
  /** The store's path, for the prompt. */
  readonly file: string;
  /** Whether the user was asked before, and the prompt needs no introduction. */
  readonly asksAgain?: boolean;
  /** The prompt for the passphrase. */
  readonly passphraseQuestion?: string;
  /** The store's custodians: a user who is none of them is refused before a passphrase is asked for. */
  readonly custodians?: ReadonlyMap<string, unknown>;
}

/** The sources that depend on the custodians of a store, and take a while to ask. */
export type StoreSources = Pick<CredentialSources, "configuredUser" | "savedPassphrase">;

/** The sources that work without a prompt, and are there at once. */
export type GivenCredentials = Omit<CredentialSources, "prompter" | "noPrompterReason" | keyof StoreSources>;

/** The sources that work without a prompt. */
export type UnpromptedSources = GivenCredentials & StoreSources;

/** A passphrase of the keyring with its source for messages, or why it cannot be read. */
export type SavedPassphrase = Half | { readonly problem: string };

const NON_INTERACTIVE = "running with --non-interactive";

/** The user or the passphrase, and its source for messages. */
interface Half {
  readonly value: string;
  readonly source: string;
}

export interface ResolvedCreds extends Creds {
  readonly nameSource: string;
  readonly passphraseSource: string;
}

/**
 * Takes the user and the passphrase each from the first source that has it. A wrong or empty value there does not fall
 * through to the next source.
 *
 * @throws PprotectError `wrong_credentials` when the user is not a key custodian; `missing_credentials` when no source
 *   has one of them; `file_error`; `end_of_input`, `aborted`
 */
export async function resolveCredentials(sources: CredentialSources): Promise<ResolvedCreds> {
  const names = environmentNames(sources.environmentPrefix);
  const given = givenPassphrase(sources);
  const namedUser =
    flag(sources.userSource ?? "--user", sources.user) ??
    fromEnvironment(sources, names.user) ??
    (await sources.configuredUser?.());
  if (namedUser) knownUser(sources, namedUser);
  // A file that cannot be read is reported before anyone is asked.
  const early = given && given.kind !== "command" ? await readGivenPassphrase(given, "", sources) : undefined;
  const savedOf = (user: Half) => (given ? undefined : sources.savedPassphrase?.(user.value));
  let saved = namedUser && (await savedOf(namedUser));
  const prompter = namedUser && (given || isFound(saved)) ? undefined : sources.prompter();
  if (prompter && !sources.asksAgain) announce(prompter, sources.file, namedUser, given);
  const user = namedUser ?? knownUser(sources, await prompted(sources, "user", "User email: "));
  saved ??= await savedOf(user);
  const passphrase =
    early ??
    (given ? await readGivenPassphrase(given, user.value, sources) : await savedOrPrompted(saved, sources));
  return {
    name: user.value,
    passphrase: passphrase.value,
    nameSource: user.source,
    passphraseSource: passphrase.source,
  };
}

function isFound(saved: SavedPassphrase | undefined): saved is Half {
  return saved !== undefined && "value" in saved;
}

/** A keyring that is locked does not stop a user who can type the passphrase. */
async function savedOrPrompted(
  saved: SavedPassphrase | undefined,
  sources: CredentialSources,
): Promise<Half> {
  if (isFound(saved)) return saved;
  const question = sources.passphraseQuestion ?? "Passphrase: ";
  if (!saved) return prompted(sources, "passphrase", question);
  const { problem } = saved;
  if (sources.prompter()) sources.warn(problem);
  const reason = sources.noPrompterReason ?? NON_INTERACTIVE;
  return prompted({ ...sources, noPrompterReason: `${reason}; ${problem}` }, "passphrase", question);
}

/** @throws PprotectError `wrong_credentials` when the store does not have the user */
function knownUser({ custodians }: CredentialSources, user: Half): Half {
  const { value, source } = user;
  if (!custodians || custodians.has(value)) return user;
  if (value === "") {
    throw new PprotectError(
      "wrong_credentials",
      `the user is empty (from ${source})`,
      "use --user to name one",
    );
  }
  const near = suggest(value, [...custodians.keys()]);
  throw new PprotectError(
    "wrong_credentials",
    `no key custodian "${displayName(value)}" (user from ${source})`,
    near === undefined ? "`pprotect add-key-custodian` adds one" : `did you mean "${displayName(near)}"?`,
  );
}

/** Whether both user and passphrase are available without a prompt. */
export async function hasGivenCredentials(sources: UnpromptedSources): Promise<boolean> {
  const hasPassphrase = hasGivenPassphrase(sources);
  if (!hasPassphrase && !sources.savedPassphrase) return false;
  const user = givenUser(sources) ?? (await sources.configuredUser?.())?.value;
  if (user === undefined) return false;
  return hasPassphrase || isFound(await sources.savedPassphrase?.(user));
}

/** Whether a source has a passphrase that needs no prompt: what comes after these sources is not tried then. */
export function hasGivenPassphrase(sources: GivenCredentials): boolean {
  return givenPassphrase(sources) !== undefined;
}

/** The user that is named without a prompt. */
export function givenUser({ user, environment, environmentPrefix }: GivenCredentials): string | undefined {
  return user ?? environment?.[environmentNames(environmentPrefix).user];
}

/** Verifies credentials. @throws PprotectError `wrong_credentials`, with the source of user and passphrase */
export function unlock(keyFile: KeyFile, creds: ResolvedCreds): UnlockedCustodian {
  const unlocked = keyFile.unlock(creds);
  if (!unlocked) throw wrongCredentials(keyFile, creds);
  return unlocked;
}

/** The error for wrong credentials: which part is wrong, and where both came from. */
export function wrongCredentials(keyFile: KeyFile, creds: ResolvedCreds): PprotectError {
  const known = keyFile.data.custodians.has(creds.name);
  const near = known ? undefined : suggest(creds.name, [...keyFile.data.custodians.keys()]);
  const wrong = known
    ? `wrong passphrase for ${displayName(creds.name)}`
    : `no key custodian "${displayName(creds.name)}"`;
  const empty = emptyHalves(creds);
  return new PprotectError(
    "wrong_credentials",
    `wrong credentials: ${wrong} (user from ${creds.nameSource}, passphrase from ${creds.passphraseSource})` +
      (empty.length > 0 ? `; warning: empty ${empty.join(" and ")}` : "") +
      extraCharacters(creds.passphrase),
    near === undefined ? fixFor(creds) : `did you mean "${displayName(near)}"?`,
  );
}

function fixFor({ passphraseSource }: ResolvedCreds): string {
  if (passphraseSource !== KEYRING_SOURCE) return "check them and try again";
  return "`pprotect keyring rm` removes it, `pprotect keyring set` saves the right one";
}

function flag(name: string, value: string | undefined): Half | undefined {
  return value === undefined ? undefined : { value, source: name };
}

function fromEnvironment({ environment }: CredentialSources, variable: string): Half | undefined {
  const value = environment?.[variable];
  return value === undefined ? undefined : { value, source: `the environment variable ${variable}` };
}

function announce(prompter: Prompter, file: string, user: Half | undefined, passphrase: unknown): void {
  if (!user) prompter.note(`Verify credentials for ${displayName(file)}`);
  else if (!passphrase) {
    prompter.note(
      `Verify passphrase for ${displayName(file)} (using user ${displayName(user.value)} from ${user.source})`,
    );
  }
}

async function prompted(
  { prompter: openPrompter, noPrompterReason, environment, environmentPrefix }: CredentialSources,
  half: "user" | "passphrase",
  question: string,
): Promise<Half> {
  const option = half === "user" ? "--user" : "--passphrase-file";
  const variable = environmentNames(environmentPrefix)[half];
  const fix = environment ? `use ${option} or set ${variable}` : `use ${option}`;
  const prompter = openPrompter();
  if (!prompter) {
    throw new PprotectError(
      "missing_credentials",
      `${half} required (${noPrompterReason ?? NON_INTERACTIVE})`,
      fix,
    );
  }
  const answer = half === "user" ? prompter.ask(question) : prompter.askHidden(question);
  return { value: await answeredOr(fix, prompter, answer), source: PROMPT_SOURCE };
}

/** What a passphrase is unlikely to have, and a file that was read into a variable often adds. */
function extraCharacters(passphrase: string): string {
  const extra = [
    passphrase.startsWith("\ufeff") ? "begins with a byte order mark" : "",
    /[\r\n]$/.test(passphrase) ? "ends with a line end" : "",
  ].filter(Boolean);
  return extra.length === 0 ? "" : `; the passphrase ${extra.join(" and ")}`;
}

function emptyHalves(creds: Creds): string[] {
  return [creds.name === "" ? "user" : "", creds.passphrase === "" ? "passphrase" : ""].filter(Boolean);
}
