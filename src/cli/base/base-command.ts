import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import type { CredentialSources } from "../../credentials/cascade.ts";
import { PROMPT_SOURCE } from "../../credentials/environment-names.ts";
import type { TrustSession } from "../../git/trust/trust-session.ts";
import type { AccessRecorder, SecretReference } from "../../lease/access-log/recorder.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findCustodian, findDomain } from "../../store/lookup.ts";
import type { StoreVersion } from "../../store/store-file.ts";
import type { Actor } from "../../store/trust/key-uses.ts";
import { requireCurrentDirectory } from "../../system/current-directory.ts";
import { absolutePath } from "../../system/path-text.ts";
import { hardenProcess, onUnprotected } from "../../system/process-hardening.ts";
import type { CommandType } from "../argv/command-declaration.ts";
import type { CommandList } from "../argv/command-list.ts";
import type { HandingOut } from "../reading/hand-out.ts";
import type { OpenedSecrets, ReadDetails } from "../reading/open-secrets.ts";
import { Envelope, type NextAction, type Outcome, type Result } from "../report/json-envelope.ts";
import { type NextCommand, nextAction } from "../report/next-action.ts";
import { colorsWanted, writeError } from "../report/output.ts";
import type { RotationHost } from "../rotation/secret-rotation.ts";
import { CredentialsCommand } from "./credentials-command.ts";
import { refuseForbiddenPlaintext } from "./plaintext-fence.ts";

/** Modules that not every command needs, loaded at their first use. */
const storeFiles = lazy(
  () => require("../../store/store-file.ts") as typeof import("../../store/store-file.ts"),
);
const lookAlikes = lazy(
  () => require("../../store/format/look-alikes.ts") as typeof import("../../store/format/look-alikes.ts"),
);

/** What every command can do with a store: find, read and change it, with credentials and accepted keys. */
export abstract class BaseCommand extends CredentialsCommand {
  #trust: Promise<TrustSession> | undefined;
  /** The store as it was read last. */
  #store: StoreVersion | undefined;
  #isVerified: (passphrase: string) => boolean = () => false;
  /** Whose passphrase was verified. */
  #actor: UnlockedCustodian | undefined;

  /** Every command, for `help`. Set by run.ts: the list imports every command, so a command cannot import it. */
  listCommands: () => Promise<CommandList> = async () => ({ commands: [], globalOptions: [] });

  /** The answer with `--json`. */
  readonly envelope = lazy(() => new Envelope(this.path.join(" ")));

  /** Does the command's work. @returns an exit status alone when standard output stays raw, with `--json` too */
  abstract run(): Promise<Outcome | number>;

  /** Does the command's work and answers with `--json`. @returns the exit status */
  async execute(): Promise<number> {
    requireCurrentDirectory();
    try {
      if (this.verbose)
        (await import("../report/fallback-notes.ts")).printFallbacks((message) => this.note(message));
      else onUnprotected((problem) => this.note(`pprotect: warning: ${problem}`));
      this.#refuseForbidden();
      const outcome = await this.run();
      if (typeof outcome === "number") return outcome;
      if (this.json) this.envelope().outcome(outcome);
      return outcome.refusal ? 1 : 0;
    } finally {
      await this.passphraseFileChecked();
      this.releaseTerminal();
    }
  }

  #refuseForbidden(): void {
    const { declaration } = this.constructor as CommandType;
    if (declaration.plaintext) refuseForbiddenPlaintext(process.env, this.path.join(" "));
  }

  /** Warns of a new name that could be taken for another. */
  protected warnOfLooks(name: string, existing: Iterable<string>): void {
    const looks = lookAlikes().misleadingLooks(name, existing);
    if (looks) this.givenCredentials.warn(looks);
  }

  /** @throws PprotectError `store_missing`, `file_error` */
  protected get realStorePath(): string {
    return storeFiles().realPathOfStore(absolutePath(this.storePath), this.storePath);
  }

  /** A domain of the store, from a prompt. @throws PprotectError `no_such_domain` */
  protected async askForDomain({ data }: KeyFile): Promise<string> {
    return this.askChecked("Domain name: ", "domain", (domain) => findDomain(data, domain));
  }

  protected readStore(): KeyFile {
    this.#store = storeFiles().readStoreVersion(absolutePath(this.storePath), this.storePath);
    return this.#store.keyFile;
  }

  /**
   * Resolves and verifies credentials: the one key derivation of a command. A user whom the store does not have is
   * refused before a passphrase is asked for.
   */
  protected async unlock(keyFile: KeyFile, sources = this.credentialSources): Promise<UnlockedCustodian> {
    const { unlockWithAttempts } = await import("./unlock-attempts.ts");
    const { custodian, passphrase, passphraseSource } = await unlockWithAttempts(keyFile, {
      sources: { ...sources, ...this.sourcesFor(keyFile.data.custodians, sources) },
      credentials: (each) => this.credentials(each),
      prompter: () => this.usedPrompter,
    }).finally(() => this.passphraseFileChecked());
    this.#actor = custodian;
    this.#isVerified = (other) => other === passphrase;
    await this.throwIfInterrupted();
    const prompter = this.usedPrompter;
    if (passphraseSource === PROMPT_SOURCE && prompter?.atTerminal && !this.json) {
      const pwdkm = findCustodian(keyFile.data, custodian.name);
      const { offerToSave } = await import("./offer-to-save.ts");
      await offerToSave(await this.savedPassphrases(), { pwdkm, passphrase, prompter });
    }
    return custodian;
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
    hardenProcess();
    const { openSecrets } = await import("../reading/open-secrets.ts");
    const { readerOf } = await import("../reading/reader.ts");
    const domains = choices.map(({ domain }) => domain);
    const unlock = () => this.unlockToRead(keyFile, domains);
    const reader = readerOf(this.givenCredentials, await this.recorder());
    return openSecrets(keyFile, choices, { ...reader, unlock }, details);
  }

  /** Records that values were opened in another way than by {@link openSecrets}: before they are handed out. */
  protected async recordRead(
    { name }: UnlockedCustodian,
    secrets: readonly SecretReference[],
  ): Promise<void> {
    const { namesOf } = await import("../../lease/access-log/recorder.ts");
    const { realpathOfExistingPrefix } = await import("../../system/real-path.ts");
    const domains = namesOf(realpathOfExistingPrefix(this.storePath), secrets);
    await (await this.recorder()).record({ custodian: name, domains });
  }

  /** Notes a file of secrets: one that was written under a lease is removed with the lease. */
  protected async noteFile(
    opened: OpenedSecrets<SecretReference>,
    path: string,
    terms: Pick<HandingOut, "client" | "until"> = {},
  ): Promise<void> {
    const { noteFile } = await import("../reading/hand-out.ts");
    await noteFile({ ...(await this.handingOut(opened)), ...terms }, path);
  }

  /** What `revoke` is to find again. */
  protected async handingOut({ secrets, leases }: OpenedSecrets<SecretReference>): Promise<HandingOut> {
    const { warn } = this.givenCredentials;
    const domains = secrets.map(({ domain }) => domain);
    return { store: this.storePath, domains, leases, required: (await this.recorder()).check(), warn };
  }

  /** Writes this command's entries into the access log. */
  protected async recorder(): Promise<AccessRecorder> {
    const { AccessRecorder } = await import("../../lease/access-log/recorder.ts");
    return new AccessRecorder(this.path.join(" "), process.env, this.givenCredentials.warn);
  }

  /** What every write of a store needs: where its messages go, and whether Ctrl-C was pressed. */
  protected readonly writeOptions = {
    onWait: (message: string) => this.note(message),
    throwIfInterrupted: async () => this.throwIfInterrupted(),
  };

  /** What decides about the keys of the store. */
  protected async trust(keyFile: KeyFile): Promise<TrustSession> {
    this.#trust ??= import("../../git/trust/open-session.ts").then(({ openTrustSession }) =>
      openTrustSession(this.realStorePath, keyFile.data, this.givenCredentials.warn),
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
    const trust = await this.trust(this.#store?.keyFile ?? this.readStore());
    let before: KeyFile | undefined;
    const allowed = (file: KeyFile): KeyFile => {
      const after = change(file);
      trust.allow(file.data, after.data, actorOf(this.#actor));
      before = file;
      return after;
    };
    const written = await trust.during(() =>
      storeFiles().updateStoreFile(absolutePath(this.storePath), this.storePath, allowed, {
        known: this.#store,
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

  /** What a rotation by commands needs. @param options as they were typed */
  protected rotationHost(options: {
    readonly via: string | undefined;
    readonly verify: string | undefined;
    readonly timeoutMs: number;
  }): RotationHost {
    const { via, verify, timeoutMs } = options;
    return {
      storePath: this.storePath,
      realStorePath: this.realStorePath,
      prefixes: this.credentialPrefixes,
      timeoutMs,
      given: { via, verify },
      note: (message) => this.note(message),
      readStore: () => this.readStore(),
      requireSealable: async (keyFile, domain) =>
        (await this.trust(keyFile)).using(keyFile.data, domain, "seal"),
      open: async (keyFile, { domain, secret }) =>
        (await this.openSecrets(keyFile, [{ domain, name: secret }])).secrets[0]?.value ?? "",
      update: (change, done, { domain, secret }) => this.update(change, done, { domain, secret }),
    };
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
