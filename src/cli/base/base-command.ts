import { relative, resolve } from "node:path";
import { Command, Option } from "clipanion";
import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import { escapeUnprintableLines } from "../../common/terminal-safe.ts";
import type { CredentialSources, GivenCredentials, ResolvedCreds } from "../../credentials/cascade.ts";
import { DEFAULT_PREFIX, PREFIX_VARIABLE } from "../../credentials/environment-names.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { locateStore } from "../../store/locate-store.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import type { InputPrompter } from "../input/prompt.ts";
import { Envelope, type NextAction, type Outcome, type Result } from "../report/json-envelope.ts";
import { type NextCommand, nextAction } from "../report/next-action.ts";
import { colorsWanted, writeError, writeOut } from "../report/output.ts";

/** What not every command needs is loaded at its first use. */
const prompting = lazy(() => require("../input/prompt.ts") as typeof import("../input/prompt.ts"));
const storeFiles = lazy(
  () => require("../../store/store-file.ts") as typeof import("../../store/store-file.ts"),
);

/** Headings of the help, in the order in which they are shown. */
export const CATEGORIES = [
  "General",
  "Access Management",
  "Domain Management",
  "Secret Management",
  "Secret Access",
  "Git",
] as const;
export type Category = (typeof CATEGORIES)[number];

/** What every command can do: its global options, the store, credentials and prompts. */
export abstract class BaseCommand extends Command {
  file = Option.String("--file", {
    description: `the store (default: protected.yaml here or in the nearest parent within the repository)`,
  });
  confirm = Option.Boolean("--confirm", false, {
    description: "show what would change and ask before writing",
  });
  yes = Option.Boolean("-y,--yes", false, { description: "answer yes to every confirmation" });
  nonInteractive = Option.Boolean("--non-interactive", false, { description: "never ask; fail instead" });
  ignoreEnv = Option.Boolean("--ignore-env", false, {
    description: "take no credentials from the environment",
  });
  json = Option.Boolean("--json", false, {
    description: "one JSON envelope on standard output, for programs",
  });
  verbose = Option.Boolean("--verbose", false, {
    description: "say what is done in another way than usual",
  });
  user = Option.String("-u,--user", { description: "the acting key custodian" });
  passphraseFile = Option.String("--passphrase-file", { description: "a file that holds the passphrase" });
  envPrefix = Option.String("--env-prefix", {
    description: `prefix of the credential variables (default: $${PREFIX_VARIABLE}, else ${DEFAULT_PREFIX})`,
  });

  #prompter: InputPrompter | undefined;

  /** The answer with `--json`. */
  readonly envelope = lazy(() => new Envelope(this.path.join(" ")));

  /** What the command does; an exit status alone where standard output stays raw, whatever `--json` says. */
  abstract run(): Promise<Outcome | number>;

  override async execute(): Promise<number> {
    requireCurrentFolder();
    try {
      if (this.verbose)
        (await import("../report/fallback-notes.ts")).tellFallbacks((message) => this.note(message));
      const outcome = await this.run();
      if (typeof outcome === "number") return outcome;
      if (this.json) this.envelope().outcome(outcome);
      return outcome.refusal ? 1 : 0;
    } finally {
      this.releaseTerminal();
    }
  }

  /** The store's path as the user would write it. */
  get storePath(): string {
    if (this.file !== undefined) return this.file;
    return relative(process.cwd(), locateStore(process.cwd()));
  }

  protected get credentialPrefix(): string {
    return this.envPrefix ?? (process.env[PREFIX_VARIABLE] || DEFAULT_PREFIX);
  }

  /** Where a person may be asked; nothing with `--non-interactive`. */
  protected get prompter(): InputPrompter | undefined {
    if (this.nonInteractive) return undefined;
    this.#prompter ??= prompting().openPrompter();
    return this.#prompter;
  }

  /** Why nobody may be asked, where `--non-interactive` is not the reason. */
  protected get noPrompterReason(): string | undefined {
    return undefined;
  }

  protected note(message: string): void {
    writeError(`${escapeUnprintableLines(message)}\n`);
  }

  /** The command's text for people, to standard output; programs get the envelope in its place. */
  protected print(text: string): void {
    if (!this.json) writeOut(text);
  }

  protected printLine(text: string): void {
    this.print(`${text}\n`);
  }

  protected readStore(): KeyFile {
    return storeFiles().readStoreFile(resolve(this.storePath), this.storePath);
  }

  /** What was given without a question; the terminal stays untouched. */
  protected get givenCredentials(): GivenCredentials {
    return {
      user: this.user,
      passphraseFile: this.passphraseFile,
      environment: this.ignoreEnv ? undefined : process.env,
      environmentPrefix: this.credentialPrefix,
      file: this.storePath,
      warn: (message) => this.note(`pprotect: warning: ${message}`),
    };
  }

  protected get credentialSources(): CredentialSources {
    const prompter = (): InputPrompter | undefined => this.prompter;
    return {
      ...this.givenCredentials,
      // Asked for only where something is missing: prompts and terminals take longer to load than a secret to open.
      get prompter() {
        return prompter();
      },
      noPrompterReason: this.noPrompterReason,
    };
  }

  /** Credentials from where they are given: the one way to a passphrase that exists. */
  protected async credentials(sources: CredentialSources): Promise<ResolvedCreds> {
    hardenProcess();
    const { resolveCredentials } = await import("../../credentials/cascade.ts");
    return resolveCredentials(sources);
  }

  /** Resolves and verifies credentials: the one key derivation of a command. */
  protected async unlock(keyFile: KeyFile, sources = this.credentialSources): Promise<UnlockedCustodian> {
    const creds = await this.credentials(sources);
    const { unlock } = await import("../../credentials/cascade.ts");
    const custodian = unlock(keyFile, creds);
    await this.#prompter?.throwIfInterrupted();
    return custodian;
  }

  /** What every write of a store needs: a place for its messages, and to hear of Ctrl-C before it. */
  protected readonly writeOptions = {
    onWait: (message: string) => this.note(message),
    throwIfInterrupted: async () => this.#prompter?.throwIfInterrupted(),
  };

  /** What can be done next, on the same store. */
  protected next(...commands: readonly NextCommand[]): readonly NextAction[] {
    return commands.map((command) => nextAction(command, this.file));
  }

  /**
   * Changes the store and says what was done.
   * @param result what the outcome says besides the store's path
   */
  protected async update(
    change: (keyFile: KeyFile) => KeyFile,
    done: string,
    result: Result = {},
  ): Promise<Outcome> {
    const written = await storeFiles().updateStoreFile(resolve(this.storePath), this.storePath, change, {
      ...(this.confirm ? { approve: (before, after) => this.approve(before, after) } : {}),
      ...this.writeOptions,
    });
    if (!written) throw new PprotectError("aborted", "not confirmed; nothing was changed");
    this.note(done);
    return { result: { store: this.storePath, ...result } };
  }

  /** @throws PprotectError `aborted` unless the answer begins with "y" or `--yes` was given */
  protected async confirmOrAbort(question: string): Promise<void> {
    if (!(await this.#confirmed(question)))
      throw new PprotectError("aborted", "not confirmed; nothing was changed");
  }

  /** @throws PprotectError `usage` when nobody may be asked */
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

  async #confirmed(question: string): Promise<boolean> {
    if (this.yes) return true;
    return /^y/i.test(await this.ask(question, "confirmation (--yes)"));
  }

  /** Shows a change as a diff and asks whether to write it. */
  protected async approve(before: string, after: string): Promise<boolean> {
    const { storeDiff } = await import("../report/text-diff.ts");
    writeError(`Changes to be written:\n\n${storeDiff(this.storePath, before, after, colorsWanted())}\n`);
    return this.#confirmed("Write changes? [y/N] ");
  }
}

/**
 * Without one the runtime takes relative paths from the binary's own folder.
 * @throws PprotectError `file_error` when the current folder was removed
 */
function requireCurrentFolder(): void {
  try {
    process.cwd();
  } catch (error) {
    throw new PprotectError("file_error", "the current folder was removed", "go to one that is there", {
      cause: error,
    });
  }
}
