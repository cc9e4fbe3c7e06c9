import { dirname, relative, resolve } from "node:path";
import { Command } from "clipanion";
import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import { escapeUnprintableLines } from "../../common/terminal-safe.ts";
import type { CredentialSources, GivenCredentials, ResolvedCreds } from "../../credentials/cascade.ts";
import { DEFAULT_PREFIX, environmentNames, PREFIX_VARIABLE } from "../../credentials/environment-names.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import { misleadingLooks } from "../../store/format/look-alikes.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { locateStore } from "../../store/locate-store.ts";
import type { Actor } from "../../store/trust/key-uses.ts";
import { requireCurrentDirectory } from "../../system/current-directory.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import { isTerminal } from "../../system/terminal.ts";
import type { CommandType } from "../argv/command-declaration.ts";
import type { CommandList } from "../argv/command-list.ts";
import { flag, option } from "../argv/option.ts";
import { FILE, text, USER } from "../argv/value-type.ts";
import type { InputPrompter } from "../input/prompt.ts";
import type { AccessRecorder } from "../reading/access-record.ts";
import type { HandingOut } from "../reading/hand-out.ts";
import type { OpenedSecrets, ReadDetails, SecretReference } from "../reading/open-secrets.ts";
import { Envelope, type NextAction, type Outcome, type Result } from "../report/json-envelope.ts";
import { type NextCommand, nextAction } from "../report/next-action.ts";
import { colorsWanted, writeError, writeOut } from "../report/output.ts";
import { refuseForbiddenPlaintext } from "./plaintext-fence.ts";
import type { TrustSession } from "./trust/trust-session.ts";

/** Modules that not every command needs, loaded at their first use. */
const prompting = lazy(() => require("../input/prompt.ts") as typeof import("../input/prompt.ts"));
const storeFiles = lazy(
  () => require("../../store/store-file.ts") as typeof import("../../store/store-file.ts"),
);

/** What every command can do: its global options, the store, credentials and prompts. */
export abstract class BaseCommand extends Command {
  file = option(
    "--file",
    FILE,
    "the store (default: protected.yaml here, or in the nearest parent in the repository)",
    {
      global: true,
    },
  );
  user: string | undefined = option("-u,--user", USER, "the key custodian to act as", { global: true });
  passphraseFile = option("--passphrase-file", FILE, "read the passphrase from this file", { global: true });
  passphraseCommand = option(
    "--passphrase-command",
    text("COMMAND"),
    "run this and read the passphrase from its output",
    { global: true },
  );
  ignoreEnv = flag("--ignore-env", "take no credentials from the environment", { global: true });
  envPrefix = option(
    "--env-prefix",
    text("PREFIX"),
    `prefix of the credential variables (default: $${PREFIX_VARIABLE}, else ${DEFAULT_PREFIX})`,
    { global: true },
  );
  confirm = flag("--confirm", "show what would change and ask before writing", { global: true });
  yes = flag("-y,--yes", "answer yes to every confirmation", { global: true });
  nonInteractive = flag("--non-interactive", "never ask; fail instead", { global: true });
  json = flag("--json", "print one line of JSON on standard output, for programs", { global: true });
  verbose = flag("--verbose", "print a note when a fallback is used", { global: true });

  /** The passphrase that was used, to be redacted like a secret. */
  protected usedPassphrase: string | undefined;

  #prompter: InputPrompter | undefined;
  #trust: Promise<TrustSession> | undefined;
  /** The store as it was read last. */
  #store: KeyFile | undefined;
  #isVerified: (passphrase: string) => boolean = () => false;
  /** Whose passphrase was verified. */
  #actor: UnlockedCustodian | undefined;

  readonly #storePath = lazy(() => this.locateStore());

  /** Every command, for `help`. Set by main.ts: the list imports every command, so a command cannot import it. */
  listCommands: () => Promise<CommandList> = async () => ({ commands: [], globalOptions: [] });

  /** The answer with `--json`. */
  readonly envelope = lazy(() => new Envelope(this.path.join(" ")));

  /** Does the command's work. @returns an exit status alone when standard output stays raw, with `--json` too */
  abstract run(): Promise<Outcome | number>;

  override async execute(): Promise<number> {
    requireCurrentDirectory();
    try {
      if (this.verbose)
        (await import("../report/fallback-notes.ts")).printFallbacks((message) => this.note(message));
      this.#refuseForbidden();
      const outcome = await this.run();
      if (typeof outcome === "number") return outcome;
      if (this.json) this.envelope().outcome(outcome);
      return outcome.refusal ? 1 : 0;
    } finally {
      this.releaseTerminal();
    }
  }

  #refuseForbidden(): void {
    const { declaration } = this.constructor as CommandType;
    if (declaration.plaintext) refuseForbiddenPlaintext(process.env, this.path.join(" "));
  }

  /** The store's path as the user would write it. It is looked for once. */
  get storePath(): string {
    return this.#storePath();
  }

  protected locateStore(): string {
    return this.file ?? relative(process.cwd(), locateStore(process.cwd()));
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

  /** Asks the user; nothing with `--non-interactive`. */
  protected get prompter(): InputPrompter | undefined {
    if (this.nonInteractive) return undefined;
    this.#prompter ??= this.openPrompter();
    return this.#prompter;
  }

  protected openPrompter(): InputPrompter | undefined {
    return prompting().openPrompter();
  }

  /** {@link openPrompter} for a command whose standard input is data. */
  protected openTerminalPrompter(): InputPrompter | undefined {
    return prompting().openTerminalPrompter();
  }

  /** Why nobody can be asked, when `--non-interactive` is not the reason. */
  protected get noPrompterReason(): string | undefined {
    return undefined;
  }

  protected note(message: string): void {
    writeError(`${escapeUnprintableLines(message)}\n`);
  }

  /** Warns, once, of a passphrase file that a commit could take. */
  protected async warnOfCommittable(passphraseFile: string): Promise<void> {
    const { warnOfCommittable } = await import("./committable-warning.ts");
    await warnOfCommittable(passphraseFile, this.givenCredentials.warn);
  }

  /** Warns of a new name that could be taken for another. */
  protected warnOfLooks(name: string, existing: Iterable<string>): void {
    const looks = misleadingLooks(name, existing);
    if (looks) this.givenCredentials.warn(looks);
  }

  /** Prints the command's text for people on standard output; with `--json` programs get the envelope instead. */
  protected print(text: string): void {
    if (!this.json) writeOut(text);
  }

  protected printLine(text: string): void {
    this.print(`${text}\n`);
  }

  /** @throws PprotectError `store_missing`, `file_error` */
  protected get realStorePath(): string {
    return storeFiles().realPathOfStore(resolve(this.storePath), this.storePath);
  }

  protected readStore(): KeyFile {
    this.#store = storeFiles().readStoreFile(resolve(this.storePath), this.storePath);
    return this.#store;
  }

  /** The credentials that are given without a prompt; the terminal stays untouched. */
  protected get givenCredentials(): GivenCredentials {
    return {
      user: this.user,
      passphraseFile: this.passphraseFile,
      passphraseCommand: this.passphraseCommand,
      environment: this.ignoreEnv ? undefined : process.env,
      environmentPrefix: this.credentialPrefix,
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
    if (sources.passphraseFile !== undefined) await this.warnOfCommittable(sources.passphraseFile);
    return creds;
  }

  /**
   * Resolves and verifies credentials: the one key derivation of a command. A user whom the store does not have is
   * refused before a passphrase is asked for.
   */
  protected async unlock(keyFile: KeyFile, sources = this.credentialSources): Promise<UnlockedCustodian> {
    const { custodians } = keyFile.data;
    const configuredUser = sources.environment && (() => this.#configuredUser(custodians));
    const { unlockWithAttempts } = await import("./unlock-attempts.ts");
    const { custodian, passphrase } = await unlockWithAttempts(keyFile, {
      sources: { ...sources, ...(configuredUser && { configuredUser }) },
      credentials: (each) => this.credentials(each),
      prompter: () => this.#prompter,
    });
    this.#actor = custodian;
    this.#isVerified = (other) => other === passphrase;
    await this.#prompter?.throwIfInterrupted();
    return custodian;
  }

  /** Asks git, which takes a few milliseconds: only where nothing else names a user. */
  async #configuredUser(custodians: ReadonlyMap<string, unknown>) {
    const { configuredUser } = await import("../../git/configured-user.ts");
    const found = await configuredUser(dirname(resolve(this.storePath)), custodians);
    return found && { value: found.name, source: `git config ${found.key}` };
  }

  /** Whether a passphrase is the one that was verified last. */
  protected isCurrentPassphrase(passphrase: string): boolean {
    return this.#isVerified(passphrase);
  }

  /** Opens the chosen secrets and no others, with a lease or with credentials: the only way to the values of secrets. */
  protected async openSecrets<Choice extends SecretReference>(
    keyFile: KeyFile,
    choices: readonly Choice[],
    details: ReadDetails = {},
  ): Promise<OpenedSecrets<Choice>> {
    const { openSecrets } = await import("../reading/open-secrets.ts");
    const { readerOf } = await import("../reading/reader.ts");
    const domains = choices.map(({ domain }) => domain);
    const unlock = () => this.unlockToRead(keyFile, domains);
    const reader = readerOf(this.givenCredentials, await this.recorder(), unlock);
    return openSecrets(keyFile, choices, reader, details);
  }

  /** Records that values were opened in another way than by {@link openSecrets}: before they are handed out. */
  protected async recordRead(
    { name }: UnlockedCustodian,
    secrets: readonly SecretReference[],
  ): Promise<void> {
    const { namesOf } = await import("../reading/access-record.ts");
    const { realpathOfExistingPrefix } = await import("../../system/real-path.ts");
    const domains = namesOf(realpathOfExistingPrefix(this.storePath), secrets);
    await (await this.recorder()).record({ custodian: name, domains });
  }

  /** Notes a file that was written under a lease: it is removed with the lease. */
  protected async noteFile(opened: OpenedSecrets<SecretReference>, path: string): Promise<void> {
    const { noteFile } = await import("../reading/hand-out.ts");
    await noteFile(await this.handingOut(opened), path);
  }

  /** What `revoke` is to find again. */
  protected async handingOut({ secrets, leases }: OpenedSecrets<SecretReference>): Promise<HandingOut> {
    const { warn } = this.givenCredentials;
    return { store: this.storePath, secrets, leases, required: (await this.recorder()).check(), warn };
  }

  /** Writes this command's entries into the access log. */
  protected async recorder(): Promise<AccessRecorder> {
    const { AccessRecorder } = await import("../reading/access-record.ts");
    return new AccessRecorder(this.path.join(" "), process.env, this.givenCredentials.warn);
  }

  /** What every write of a store needs: where its messages go, and whether Ctrl-C was pressed. */
  protected readonly writeOptions = {
    onWait: (message: string) => this.note(message),
    throwIfInterrupted: async () => this.#prompter?.throwIfInterrupted(),
  };

  /** What decides about the keys of the store. */
  protected async trust(keyFile: KeyFile): Promise<TrustSession> {
    this.#trust ??= import("./trust/open-session.ts").then(({ openTrustSession }) =>
      openTrustSession(this.realStorePath, keyFile.data, (message) => this.note(message)),
    );
    return this.#trust;
  }

  /**
   * Credentials for opening something of these domains, whose keys are checked before anyone is asked. Credentials that
   * the command has verified already are not asked for again.
   * @throws PprotectError `untrusted_key` where a domain has a key that was accepted for another one
   */
  protected async unlockToRead(
    keyFile: KeyFile,
    domains: readonly string[],
    sources?: CredentialSources,
  ): Promise<UnlockedCustodian> {
    const trust = await this.trust(keyFile);
    await trust.reading(keyFile.data, domains);
    const custodian = this.#actor ?? (await this.unlock(keyFile, sources));
    await trust.save();
    return custodian;
  }

  /** What can be done next, on the same store. */
  protected next(...commands: readonly NextCommand[]): readonly NextAction[] {
    return commands.map((command) => nextAction(command, this.file));
  }

  /**
   * Changes the store and prints what was done.
   * @param result what the outcome has besides the store's path
   */
  protected async update(
    change: (keyFile: KeyFile) => KeyFile,
    done: string,
    result: Result = {},
  ): Promise<Outcome> {
    const trust = await this.trust(this.#store ?? this.readStore());
    let before: KeyFile | undefined;
    const allowed = (file: KeyFile): KeyFile => {
      const after = change(file);
      trust.allow(file.data, after.data, actorOf(this.#actor));
      before = file;
      return after;
    };
    const written = await trust.during(() =>
      storeFiles().updateStoreFile(resolve(this.storePath), this.storePath, allowed, {
        ...(this.confirm ? { approve: (from, to) => this.approve(from, to) } : {}),
        ...this.writeOptions,
      }),
    );
    if (!written) throw new PprotectError("aborted", "not confirmed; nothing was changed");
    if (before) trust.changed(before.data, written.data);
    await trust.save();
    this.note(done);
    return { result: { store: this.storePath, ...result } };
  }

  /** @throws PprotectError `aborted` unless the answer begins with "y" or `--yes` was given */
  protected async confirmOrAbort(question: string): Promise<void> {
    if (!(await this.confirmed(question)))
      throw new PprotectError("aborted", "not confirmed; nothing was changed");
  }

  /**
   * {@link confirmOrAbort} for what cannot be undone, where a person is there to answer. A script is not asked, and
   * neither is who will be by `--confirm`.
   */
  protected async confirmRemoval(question: string): Promise<void> {
    if (this.confirm || this.nonInteractive || !isTerminal(0) || !isTerminal(2)) return;
    await this.confirmOrAbort(question);
  }

  /** @throws PprotectError `usage` with `--non-interactive` */
  protected async ask(question: string, argument: string): Promise<string> {
    return this.#mayAsk(argument).ask(question);
  }

  /** {@link ask} without echo. */
  protected async askHidden(question: string, argument: string): Promise<string> {
    hardenProcess();
    return this.#mayAsk(argument).askHidden(question);
  }

  protected releaseTerminal(): void {
    this.#prompter?.close();
    this.#prompter = undefined;
  }

  #mayAsk(argument: string): InputPrompter {
    if (this.prompter) return this.prompter;
    throw new PprotectError("usage", `${argument} required (running with --non-interactive)`);
  }

  /** Whether the answer begins with "y", or `--yes` was given. @throws PprotectError `usage` when nobody may be asked */
  protected async confirmed(question: string): Promise<boolean> {
    if (this.yes) return true;
    return /^y/i.test(await this.ask(question, "confirmation (--yes)"));
  }

  /** Shows a change as a diff and asks whether to write it. */
  protected async approve(before: string, after: string): Promise<boolean> {
    const { describeChange } = await import("../report/describe-change.ts");
    writeError(describeChange(this.storePath, before, after, colorsWanted()));
    return this.confirmed("Write changes? [y/N] ");
  }
}

function actorOf(custodian: UnlockedCustodian | undefined): Actor | undefined {
  return custodian && { name: custodian.name, publicKey: custodian.privateKey.publicKey };
}
