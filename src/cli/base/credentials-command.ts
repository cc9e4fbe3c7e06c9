import { dirname, relative } from "node:path";
import { lazy } from "../../common/lazy.ts";
import { LEASE_VARIABLE } from "../../common/lease-variable.ts";
import type {
  CredentialSources,
  GivenCredentials,
  ResolvedCreds,
  StoreSources,
} from "../../credentials/cascade.ts";
import { DEFAULT_PREFIX, environmentNames, PREFIX_VARIABLE } from "../../credentials/environment-names.ts";
import { locateStore } from "../../store/locate-store.ts";
import { mayHaveKeyring } from "../../system/keyring-session.ts";
import { absolutePath, currentDirectory } from "../../system/path-text.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import { isTerminal } from "../../system/terminal.ts";
import { InteractiveCommand } from "./interactive-command.ts";
import type { LookingCommand } from "./manifest-sources.ts";
import type { SavedPassphrases } from "./saved-passphrases.ts";

/** Loaded on demand, and at once: git is to be running before a key is derived. */
const committable = lazy(
  () => require("./committable-warning.ts") as typeof import("./committable-warning.ts"),
);

/** What every command can do to get credentials for the store that it found. */
export abstract class CredentialsCommand extends InteractiveCommand {
  /** The passphrase that was used, to be redacted like a secret. */
  protected usedPassphrase: string | undefined;

  #saved: SavedPassphrases | undefined;
  #passphraseFileChecked = Promise.resolve();

  readonly #storePath = lazy(() => this.locateStore());

  /** The store's path as the user would write it. It is looked for once. */
  get storePath(): string {
    return this.#storePath();
  }

  protected locateStore(): string {
    return this.file ?? relative(currentDirectory(), locateStore(currentDirectory()));
  }

  protected get credentialPrefix(): string {
    return this.envPrefix ?? (process.env[PREFIX_VARIABLE] || DEFAULT_PREFIX);
  }

  /** The prefixes of credential variables: the one in use, and the one that the environment sets. */
  protected get credentialPrefixes(): string[] {
    return [
      ...new Set([this.credentialPrefix, process.env[PREFIX_VARIABLE] || DEFAULT_PREFIX, DEFAULT_PREFIX]),
    ];
  }

  /** Warns, once, of a passphrase file that a commit could take. Git runs when this returns, and can be waited for later. */
  protected warnOfCommittable(passphraseFile: string): Promise<void> {
    return committable().warnOfCommittable(passphraseFile, this.givenCredentials.warn);
  }

  /** The credentials that are given without a prompt; the terminal stays untouched. */
  protected get givenCredentials(): GivenCredentials {
    return {
      user: this.user,
      passphraseFile: this.passphraseFile,
      passphraseCommand: this.passphraseCommand,
      environment: this.ignoreEnv ? undefined : process.env,
      environmentPrefix: this.credentialPrefix,
      mayAsk: !this.nonInteractive,
      file: this.storePath,
      warn: (message) => this.note(`pprotect: warning: ${message}`),
    };
  }

  protected get credentialSources(): CredentialSources {
    return {
      ...this.givenCredentials,
      // Called only when something is missing: prompts and terminals take longer to load than a secret to open.
      prompter: () => this.prompter,
      noPrompterReason: this.noPrompterReason,
    };
  }

  /** Resolves credentials: the only way to an existing passphrase. */
  protected async credentials(sources: CredentialSources): Promise<ResolvedCreds> {
    hardenProcess();
    const { resolveCredentials } = await import("../../credentials/cascade.ts");
    const creds = await resolveCredentials(sources);
    const { overwriteVariable } = await import("../../system/environment-memory.ts");
    for (const prefix of this.credentialPrefixes) overwriteVariable(environmentNames(prefix).passphrase);
    this.usedPassphrase = creds.passphrase;
    if (sources.passphraseFile !== undefined)
      this.#passphraseFileChecked = this.warnOfCommittable(sources.passphraseFile);
    return creds;
  }

  /** Waits for the check of the passphrase file, which goes on while a key is derived. Its warning comes before any value. */
  protected passphraseFileChecked(): Promise<void> {
    return this.#passphraseFileChecked;
  }

  /** The sources that depend on who the store's custodians are; none of them where the environment is ignored. */
  protected sourcesFor(
    custodians: ReadonlyMap<string, string>,
    { environment }: Pick<CredentialSources, "environment"> = this.givenCredentials,
    mayUnlock = this.#mayUnlock,
  ): StoreSources {
    if (!environment) return {};
    const configuredUser = () => this.#configuredUser(custodians);
    // A program that was given a lease uses that, or nothing.
    if (environment[LEASE_VARIABLE] !== undefined || !mayHaveKeyring(environment)) return { configuredUser };
    const savedPassphrase = async (user: string) => {
      const pwdkm = custodians.get(user);
      return pwdkm === undefined ? undefined : (await this.savedPassphrases()).read(pwdkm, mayUnlock);
    };
    return { configuredUser, savedPassphrase };
  }

  /**
   * Whether a user and a passphrase are there without a prompt: not even the keyring asks.
   * @param custodians of the store
   */
  protected async hasGivenCredentials(custodians: ReadonlyMap<string, string>): Promise<boolean> {
    const { hasGivenCredentials } = await import("../../credentials/cascade.ts");
    const { givenCredentials } = this;
    return hasGivenCredentials({
      ...givenCredentials,
      ...this.sourcesFor(custodians, givenCredentials, false),
    });
  }

  /** The passphrases in the system's keyring. */
  protected async savedPassphrases(): Promise<SavedPassphrases> {
    const { SavedPassphrases } = await import("./saved-passphrases.ts");
    this.#saved ??= new SavedPassphrases({
      environment: process.env,
      prefixes: this.credentialPrefixes,
      mayUnlock: this.#mayUnlock,
      note: (message) => this.note(message),
    });
    return this.#saved;
  }

  /** What looking for values outside of the store needs to know. */
  protected get looking(): LookingCommand {
    return { credentialPrefixes: this.credentialPrefixes, mayUnlock: this.#mayUnlock };
  }

  /** Whether someone is there to unlock the keyring. */
  get #mayUnlock(): boolean {
    return !this.nonInteractive && isTerminal(2);
  }

  /** Asks git, which takes a few milliseconds: only where nothing else names a user. */
  async #configuredUser(custodians: ReadonlyMap<string, unknown>) {
    const { configuredUser } = await import("../../git/configured-user.ts");
    const found = await configuredUser(dirname(absolutePath(this.storePath)), custodians);
    return found && { value: found.name, source: `git config ${found.key}` };
  }
}
