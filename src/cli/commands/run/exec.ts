import { basename } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import type { FileRequest, PlacedSecrets } from "../../../exec/files/secret-files.ts";
import type { StartState } from "../../../exec/process/start-state.ts";
import type { Execution } from "../../../exec/run-program.ts";
import type { Choice, ChosenSecret } from "../../../exec/selection.ts";
import type { PreparedProgram } from "../../../exec/watch/run-watched.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { commandWords } from "../../../system/path-text.ts";
import { restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option, repeatableOption } from "../../argv/option.ts";
import { PROGRAM, SECRET, text } from "../../argv/value-type.ts";
import { refuseUnknown } from "../../base/no-redact.ts";
import { isPlaintextForbidden, refuseForbiddenPlaintext } from "../../base/plaintext-fence.ts";
import { SelectingCommand } from "../../base/selecting-command.ts";
import type { InputPrompter } from "../../input/input-prompter.ts";
import { noteUnusableNames } from "../../report/unusable-names.ts";

export default class ExecCommand extends SelectingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "programs",
    summary: "run a program with secrets in its environment",
    everyday: true,
    examples: [
      ["Start a server", "$0 exec --domain prod -- ./server --port 8080"],
      [
        "As APP_DB_PASSWORD instead of db-password",
        "$0 exec --domain prod --prefix APP --uppercase -- ./server",
      ],
      ["The secrets that .secrets.json beside the store lists", "$0 exec -- npm start"],
      [
        "Two domains; if both have a secret, prod's",
        "$0 exec --domain shared --domain prod --override -- ./server",
      ],
      [
        "Some secrets only, in a minimal environment",
        "$0 exec --domain prod --only 'db-*' --no-passthrough -- ./migrate",
      ],
      ["As a file with a given name", "$0 exec --domain prod --as-file gcp=key.json -- ./deploy"],
      ["A key as a file, for ssh -i", `$0 exec --domain prod --as-file key -- sh -c 'ssh -i "$key" host'`],
      [
        "For an hour at most, and only while a file exists",
        "$0 exec --ttl 1h --while 'test -e go' -- ./agent",
      ],
      ["Start it again whenever one of its secrets changes", "$0 exec --watch -- ./server"],
      ["Without the secrets in its output", "$0 exec --domain prod --redact -- ./deploy"],
    ],
  };

  noPassthrough = flag(
    "--no-passthrough",
    "run in a clean environment: the secrets, PATH, HOME and little else",
  );
  keep = repeatableOption("--keep", text("VARIABLE"), "pass this variable on with --no-passthrough");
  redact = flag("--redact", "replace the secrets in the program's output by [REDACTED:NAME]");
  noRedact = repeatableOption("--no-redact", SECRET, "with --redact: leave this secret as it is", {
    needs: ["--redact"],
  });
  asFile = repeatableOption(
    "--as-file",
    SECRET,
    "pass this secret as a private file; the variable has its path (SECRET=FILE names the file)",
  );
  watch = flag("--watch", "start the program again when a secret of the store that it gets has changed");
  ttl = option("--ttl", text("TIME"), "end the program, and all that it started, after this time: 30m, 8h");
  grace = option("--grace", text("TIME"), "from SIGTERM to SIGKILL when it is ended (default: 5s)");
  while = option("--while", text("COMMAND"), "end it when this shell command fails, such as 'test -e FILE'");
  every = option("--every", text("TIME"), "from one run of --while to the next (default: 30s)");
  misses = option("--misses", text("NUMBER"), "how many failures in a row end the program (default: 3)");
  command = restArguments("command", PROGRAM, "the program to run, with its arguments");

  protected override get noPrompterReason(): string | undefined {
    return this.watch ? "the program has the terminal" : super.noPrompterReason;
  }

  /** Standard input is the program's. Without a terminal, its first lines answer, as in a script. */
  protected override openPrompter(): InputPrompter | undefined {
    return this.openTerminalPrompter() ?? super.openPrompter();
  }

  async run(): Promise<number> {
    const { readStartState } = await import("../../../exec/process/start-state.ts");
    const { takeStartNotice } = await import("../../../exec/process/start-notice.ts");
    const { start, notify } = takeStartNotice(readStartState());
    await this.#checkLibc();
    if ((this.ttl ?? this.grace ?? this.while ?? this.every ?? this.misses) !== undefined)
      return this.#runSupervised(start);
    this.#checkWatch();
    const keyFile = this.readStore();
    const choices = await this.choose(keyFile);
    const command = this.#command();
    if (!this.json) noteUnusableNames(choices, (message) => this.note(message));
    const { checkPassthrough, childEnvironment } = await import("../../../exec/environment.ts");
    const { noPassthrough, keep, credentialPrefixes } = this;
    const passthrough = { noPassthrough, keep, credentialPrefixes };
    checkPassthrough(passthrough);
    this.#checkNoRedact(choices);
    const files = await this.#fileRequests(choices);

    const secrets = await this.#openFor(command[0], keyFile, choices);
    const prepare = async (values: readonly ChosenSecret[], requests: readonly FileRequest[]) => {
      notify();
      const placed = await this.#place(values, requests);
      const variables = childEnvironment(placed.secrets, start.variables, passthrough);
      this.releaseTerminal();
      return { placed, execution: { command, variables, secrets: placed.secrets, start } };
    };
    try {
      if (this.watch) {
        return await this.#runWatched(keyFile, choices, secrets, async (values) => {
          const { placed, execution } = await prepare(values, await this.#fileRequests(values));
          return { execution, release: placed.release };
        });
      }
      const { placed, execution } = await prepare(secrets, files);
      try {
        return await this.#runProgram(execution, secrets, placed);
      } finally {
        placed.remove?.();
      }
    } catch (error) {
      const { withDomainHint } = await import("../../report/domain-as-program.ts");
      throw withDomainHint(error, command[0], keyFile.data.domains);
    }
  }

  /**
   * Says what is missing where the C library cannot be called. The program runs without it.
   * @throws PprotectError `environment` with --redact, which cannot do without
   */
  async #checkLibc(): Promise<void> {
    const { canCallLibc, LIBC_FIX, NO_LIBC } = await import("../../../system/libc.ts");
    if (process.platform === "win32" || canCallLibc()) return;
    if (this.redact || isPlaintextForbidden(process.env)) {
      throw new PprotectError("environment", `exec --redact does not work here: ${NO_LIBC}`, LIBC_FIX);
    }
    this.givenCredentials.warn(
      `${NO_LIBC}: the program gets only the standard descriptors and may ignore SIGPIPE, and pprotect cannot turn off its core dumps`,
    );
    // It has been said.
    const { onUnprotected } = await import("../../../system/process-hardening.ts");
    onUnprotected(undefined);
  }

  /**
   * Opens the secrets, and notes that a program has them. None is opened if one of them cannot be passed.
   * @param path the program
   * @throws PprotectError `command_not_executable`
   */
  async #openFor(
    path: string,
    keyFile: KeyFile,
    choices: readonly Choice[],
  ): Promise<readonly ChosenSecret[]> {
    const files = new Set((await this.#fileRequests(choices)).map(({ secret }) => secret));
    const { tooLongForVariables } = await import("../../../exec/environment.ts");
    const inVariables = choices.filter(({ name }) => !files.has(name));
    const tooLong = tooLongForVariables(keyFile.data, inVariables);
    if (tooLong.length > 0) {
      const { tooLongError } = await import("../../../exec/process/start-error.ts");
      throw tooLongError(path, tooLong);
    }
    const program = basename(path);
    const { client } = this.handout;
    const { secrets, opened } = await this.openChosen(keyFile, choices, { program, client });
    const { noteProgram } = await import("../../reading/hand-out.ts");
    await noteProgram({ ...(await this.handingOut(opened)), client }, program);
    return secrets;
  }

  #checkWatch(): void {
    if (!this.watch) return;
    const redacts = this.redact
      ? "--redact"
      : isPlaintextForbidden(process.env)
        ? "PPROTECT_NO_PLAINTEXT"
        : "";
    if (redacts !== "") throw new PprotectError("usage", `--watch cannot be combined with ${redacts}`);
    if (process.platform === "win32")
      throw new PprotectError("environment", "exec --watch does not work on Windows");
  }

  /** Runs the program with the secrets, and again with those that it should have later. */
  async #runWatched(
    keyFile: KeyFile,
    choices: readonly Choice[],
    secrets: readonly ChosenSecret[],
    prepare: (values: readonly ChosenSecret[]) => Promise<PreparedProgram>,
  ): Promise<number> {
    const { runWatched } = await import("../../../exec/watch/run-watched.ts");
    const { sealedText } = await import("../../../exec/watch/sealed-text.ts");
    const [path] = this.#command();
    const program = basename(path);
    // From now on the terminal is the program's.
    this.nonInteractive = true;
    return runWatched(
      { sealed: sealedText(keyFile.data, choices), secrets },
      {
        files: await this.filesOfChoice(),
        read: async () => {
          const now = this.readStore();
          const chosen = await this.choose(now);
          return { sealed: sealedText(now.data, chosen), open: () => this.#openFor(path, now, chosen) };
        },
        prepare,
        onRestart: (names) =>
          this.note(
            `pprotect: ${names.map(displayName).join(", ")} changed; starting ${displayName(program)} again`,
          ),
        onProblem: ({ message }) =>
          this.givenCredentials.warn(
            `${displayName(program)} goes on with the secrets that it has: ${message}`,
          ),
      },
    );
  }

  #checkNoRedact(choices: readonly Choice[]): void {
    if (this.noRedact.length > 0) refuseForbiddenPlaintext(process.env, "exec --no-redact");
    refuseUnknown(
      this.noRedact,
      choices.map(({ name }) => name),
    );
  }

  /** Beside us, since this process is the program otherwise, and cannot end itself. */
  async #runSupervised(start: StartState): Promise<number> {
    const { runAgainSupervised, supervisionOf } = await import("../../base/supervision.ts");
    const recorder = await this.recorder();
    const { credentialPrefixes: prefixes } = this;
    const context = { program: basename(this.#command()[0]), prefixes, recorder, start };
    return runAgainSupervised(commandWords(), supervisionOf(this), context, (message) => this.note(message));
  }

  /** Loads the code for files only when there is one. */
  async #fileRequests(choices: readonly Pick<Choice, "name" | "file">[]): Promise<readonly FileRequest[]> {
    if (this.asFile.length === 0 && choices.every(({ file }) => !file)) return [];
    const { readFileRequests } = await import("../../../exec/files/secret-files.ts");
    return readFileRequests(choices, this.asFile);
  }

  async #place(secrets: readonly ChosenSecret[], files: readonly FileRequest[]): Promise<PlacedSecrets> {
    if (files.length === 0) return { secrets, release: () => undefined };
    const { placeFiles } = await import("../../../exec/files/secret-files.ts");
    return placeFiles(secrets, files);
  }

  async #runProgram(
    execution: Execution,
    secrets: readonly ChosenSecret[],
    { remove }: PlacedSecrets,
  ): Promise<number> {
    if (this.redact || isPlaintextForbidden(process.env))
      return this.#runRedacted(execution, secrets, remove);
    const { runAsChild, runInPlace } = await import("../../../exec/run-program.ts");
    return remove ? runAsChild(execution) : runInPlace(execution);
  }

  async #runRedacted(
    execution: Execution,
    secrets: readonly ChosenSecret[],
    remove: PlacedSecrets["remove"],
  ): Promise<number> {
    if (remove) {
      throw new PprotectError(
        "environment",
        "--redact with --as-file needs in-memory files (memfd_create), which this system does not have",
        "use one of the two options",
      );
    }
    const { runWithRedaction } = await import("../../base/redacted-run.ts");
    return runWithRedaction(execution, secrets, { except: this.noRedact, passphrase: this.usedPassphrase });
  }

  #command(): readonly [program: string, ...args: string[]] {
    const [program, ...args] = this.command;
    if (program !== undefined) return [program, ...args];
    throw new PprotectError(
      "usage",
      "exec needs a program after --",
      "for example: `pprotect exec --domain prod -- ./server`",
    );
  }
}
