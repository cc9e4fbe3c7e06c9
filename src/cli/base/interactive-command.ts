import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import { escapeUnprintableLines } from "../../common/terminal-safe.ts";
import { DEFAULT_PREFIX, PREFIX_VARIABLE } from "../../credentials/environment-names.ts";
import { answeredOr } from "../../credentials/prompter.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import { isTerminal } from "../../system/terminal.ts";
import { flag, option } from "../argv/option.ts";
import { FILE, text, USER } from "../argv/value-type.ts";
import type { InputPrompter } from "../input/input-prompter.ts";
import { writeError, writeOut } from "../report/output.ts";

/** Loaded at its first use: not every command asks. */
const prompting = lazy(() => require("../input/prompt.ts") as typeof import("../input/prompt.ts"));

/** How many times a name may be typed. */
const ATTEMPTS = 3;

/** What every command can do with people: its global options, messages, prompts and confirmations. */
export abstract class InteractiveCommand {
  /** The words of the command, as it is listed. Set when the line was read. */
  path: readonly string[] = [];

  file = option(
    "--file",
    FILE,
    "the store (default: protected.yaml here, or in the nearest parent in the repository)",
    {
      global: true,
    },
  );
  user: string | undefined = option("-u,--user", USER, "the key custodian to act as", { global: true });
  passphraseFile = option(
    "--passphrase-file",
    FILE,
    "read the passphrase from this file, which may be encrypted with age",
    {
      global: true,
    },
  );
  passphraseCommand = option(
    "--passphrase-command",
    text("COMMAND"),
    "run this and read the passphrase from its output",
    { global: true },
  );
  ignoreEnv = flag("--ignore-env", "take no credentials from the environment or the keyring", {
    global: true,
  });
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

  #prompter: InputPrompter | undefined;

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

  /** Prints the command's text for people on standard output; with `--json` programs get the envelope instead. */
  protected print(text: string): void {
    if (!this.json) writeOut(text);
  }

  protected printLine(text: string): void {
    this.print(`${text}\n`);
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

  /** @throws PprotectError `usage` with `--non-interactive`; `end_of_input`, `interrupted` */
  protected async ask(question: string, argument: string): Promise<string> {
    const prompter = this.#mayAsk(argument);
    // The options, in parentheses, come last.
    const onTheLine = argument.replace(/(?: \(.*\))?$/, " on the command line$&");
    return answeredOr(`give the ${onTheLine}`, prompter, prompter.ask(question));
  }

  /**
   * {@link ask} for a name that is checked at once. A person at a terminal may correct a wrong one, and so need not type
   * the passphrase again.
   * @throws PprotectError as {@link ask}, and what `check` throws
   */
  protected async askChecked(
    question: string,
    argument: string,
    check: (answer: string) => unknown,
  ): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.ask(question, argument);
      try {
        check(answer);
        return answer;
      } catch (error) {
        const asked = this.usedPrompter;
        if (!(error instanceof PprotectError) || !asked?.atTerminal || attempt === ATTEMPTS) throw error;
        // What was typed ahead answers the next questions, and may be a value that must not be shown.
        if (asked.hasMore()) throw error;
        const { explain } = await import("../report/error-report.ts");
        asked.note(explain(error).trimEnd());
      }
    }
  }

  /** {@link ask} without echo. */
  protected async askHidden(question: string, argument: string): Promise<string> {
    hardenProcess();
    const prompter = this.#mayAsk(argument);
    return answeredOr(`give the ${argument}`, prompter, prompter.askHidden(question));
  }

  /** The prompter, if something was asked. */
  protected get usedPrompter(): InputPrompter | undefined {
    return this.#prompter;
  }

  /** @throws PprotectError `interrupted` if Ctrl-C was pressed since the first question */
  protected async throwIfInterrupted(): Promise<void> {
    await this.#prompter?.throwIfInterrupted();
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
}
