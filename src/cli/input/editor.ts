import { realpathSync } from "node:fs";
import { constants } from "node:os";
import { basename } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { encodeUtf8 } from "../../common/utf8.ts";
import { startChild } from "../../exec/process/child.ts";
import { asRecord } from "../../exec/process/program.ts";
import type { StartState } from "../../exec/process/start-state.ts";
import { send, startForwarded } from "../../exec/pty/forward-signals.ts";
import { isTerminal } from "../../system/terminal.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** An editor as the user configured it. */
export interface Editor {
  /** A command for the shell, without the file. */
  readonly command: string;
  /** The option or the variable that it comes from. */
  readonly source: string;
}

const VARIABLES = ["PPROTECT_EDITOR", "VISUAL", "EDITOR"] as const;

/**
 * @param option the command that an option gives
 * @throws PprotectError `usage` for an empty option, or when none is configured and there is no terminal for vi
 */
export function chooseEditor(option: string | undefined, environment: Environment): Editor {
  if (option?.trim() === "") throw new PprotectError("usage", "--editor is empty");
  if (option !== undefined) return { command: option, source: "--editor" };
  for (const source of VARIABLES) {
    const command = environment[source]?.trim();
    if (command) return { command, source };
  }
  if (isTerminal(0) && isTerminal(1)) return { command: "vi", source: "the default" };
  throw new PprotectError(
    "usage",
    "no editor: this is not a terminal",
    `use --editor, or set ${VARIABLES[0]}, VISUAL or EDITOR; or use \`pprotect import --on-conflict update\``,
  );
}

/** The program of a command: its first word, quotes undone. */
function programOf(command: string): string {
  const [, single, double, bare = ""] = /^(?:'([^']*)'|"([^"]*)"|(\S+))/.exec(command) ?? [];
  return single ?? double ?? bare;
}

/** The real name of an editor's program: `vi` is a link to another editor on most systems. */
function editorName(command: string, environment: Environment): string {
  const program = programOf(command);
  const path = Bun.which(program, { PATH: environment.PATH ?? "" });
  try {
    return basename(path === null ? program : realpathSync(path));
  } catch {
    return basename(program);
  }
}

/**
 * No swap, undo, backup and history files; `silent!` since small builds of vim do not know every option. Anyone can add
 * a value, so no settings are taken from the text: after its configuration, and before vim looks for a modeline.
 */
const VIM = [
  "-n",
  "-i",
  "NONE",
  "--cmd",
  "silent! autocmd BufReadPre * setlocal nomodeline",
  "--cmd",
  "silent! set noswapfile nobackup nowritebackup noundofile",
  "-c",
  "silent! set noswapfile nobackup nowritebackup noundofile viminfo=",
];
/** Its configuration may ask for backups, lock files and a history. */
const NANO = ["--ignorercfiles"];
const EMACS = [
  "--eval",
  "(setq make-backup-files nil auto-save-default nil create-lockfiles nil enable-local-variables nil enable-local-eval nil)",
];

/** Options by which an editor leaves no copies of the text elsewhere. */
export function privacyOptions({ command }: Editor, environment: Environment): readonly string[] {
  const name = editorName(command, environment);
  if (/^(?:n|g|r|e)?(?:vim|view)(?:x|diff)?(?:\.|$)/.test(name)) return VIM;
  if (/^r?nano(?:\.|$)/.test(name)) return NANO;
  return /^emacs(?:-(?:\d|nox|gtk|x|lucid)|\.|$)/.test(name) ? EMACS : [];
}

/** Why a copy of the text may stay in the editor's own files, where nothing can be done about it. */
export function traceWarning({ command }: Editor, environment: Environment): string | undefined {
  const name = editorName(command, environment);
  if (!/^(?:code|code-insiders|codium|cursor|windsurf|subl|idea|pycharm|webstorm)$/.test(name))
    return undefined;
  return `${name} may keep copies of the text in its local history; turn that off for this directory`;
}

/** ms that an editor gets to end after a signal. */
const GRACE_MS = 2_000;

/**
 * Runs an editor on a file until it ends, with our terminal.
 *
 * @param start what the editor inherits
 * @param variables its environment, each `NAME=value`
 * @throws PprotectError `aborted` when it fails, `interrupted` when a signal ended it or us
 */
export async function runEditor(
  editor: Editor,
  path: string,
  start: StartState,
  variables: readonly Uint8Array[],
): Promise<void> {
  const { command, source } = editor;
  const args = [...privacyOptions(editor, asRecord(variables)), path];
  const words = ["sh", "-c", script(command), command, ...args].map(encodeUtf8);
  const shell = { path: encodeUtf8("/bin/sh"), words, variables };
  const { ignoredSignals } = start;
  const stdio = { stdin: 0, stdout: isTerminal(1) ? 1 : 2, stderr: 2 };
  const { child, stopForwarding } = startForwarded(
    () => startChild(shell, { start, secrets: [] }, stdio),
    true,
    ignoredSignals,
  );
  let ended = false;
  const end = (): void => {
    ended = true;
    setTimeout(() => send(child.pid, "SIGKILL"), GRACE_MS).unref();
  };
  const ending = (["SIGTERM", "SIGHUP"] as const).filter(
    (signal) => !ignoredSignals.has(constants.signals[signal]),
  );
  for (const signal of ending) process.on(signal, end);
  const { status, signal } = await child.exited;
  stopForwarding();
  for (const each of ending) process.off(each, end);
  if (ended || signal !== 0)
    throw new PprotectError("interrupted", "the editor was ended by a signal; nothing was changed");
  if (status === 0) return;
  const unknown = status === 127;
  throw new PprotectError(
    "aborted",
    unknown
      ? `the editor "${displayName(command)}" (from ${source}) was not found; nothing was changed`
      : `the editor "${displayName(command)}" (from ${source}) failed with exit status ${status}; nothing was changed`,
    unknown ? `set ${VARIABLES[0]} to the editor to use, or use --editor` : undefined,
  );
}

/** As git does it: the shell splits the command. Of a plain one it takes the place, so that it gets our signals. */
function script(command: string): string {
  const isPlain = /^[\w./+-]+(?:\s|$)/.test(command) && !/[;&|<>()\n]/.test(command);
  return `${isPlain ? "exec " : ""}${command} "$@"`;
}
