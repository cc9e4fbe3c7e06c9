import { PprotectError } from "../common/errors.ts";
import { findOnAbsolutePath } from "./find-executable.ts";
import { outputOfProgram } from "./program-output.ts";
import { runtimeDirectory } from "./user-directories.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

type Command = readonly [program: string, ...args: string[]];

/** The programs by which a clipboard is reached. */
export interface Clipboard {
  /** The program's name, for messages. */
  readonly name: string;
  /** Takes the text from standard input, and may stay in the background to hand it out. */
  readonly copy: Command;
  /** Prints what is in the clipboard. */
  readonly paste: Command;
  /** Empties it, with an empty standard input. */
  readonly clear: Command;
}

/** ms for a program; one that waits for a display or another program is ended. */
const LIMIT_MS = 5_000;
/** Larger values are no longer compared, and so not cleared. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The clipboard of this session. Windows has a program for copying, but none that prints what is there, so it could
 * not be cleared; the escape sequence for it of terminals (OSC 52) has the same flaw, and lands in their logs.
 *
 * @throws PprotectError `environment` when the session has none, or the programs are not installed
 */
export async function findClipboard(environment: Environment): Promise<Clipboard> {
  const find = (program: string) => findOnAbsolutePath(program, environment.PATH);
  if (process.platform === "darwin") return macClipboard(find);
  const { WAYLAND_DISPLAY, DISPLAY } = environment;
  if (!WAYLAND_DISPLAY && !DISPLAY) {
    throw new PprotectError(
      "environment",
      "this session has no clipboard: neither WAYLAND_DISPLAY nor DISPLAY is set",
      "omit --clip to print the value",
    );
  }
  const found =
    (WAYLAND_DISPLAY ? await waylandClipboard(find, environment) : undefined) ??
    (DISPLAY ? x11Clipboard(find) : undefined);
  if (found) return found;
  const wanted = WAYLAND_DISPLAY ? "wl-copy and wl-paste" : "xclip or xsel";
  throw new PprotectError(
    "environment",
    `the clipboard needs ${wanted}, which ${WAYLAND_DISPLAY ? "are" : "is"} not in PATH`,
    WAYLAND_DISPLAY ? "install wl-clipboard" : "install xclip",
  );
}

type Find = (program: string) => string | undefined;

function macClipboard(find: Find): Clipboard {
  const [copy, paste] = [find("pbcopy") ?? "/usr/bin/pbcopy", find("pbpaste") ?? "/usr/bin/pbpaste"];
  return { name: "pbcopy", copy: [copy], paste: [paste], clear: [copy] };
}

async function waylandClipboard(find: Find, environment: Environment): Promise<Clipboard | undefined> {
  const [copy, paste] = [find("wl-copy"), find("wl-paste")];
  if (copy === undefined || paste === undefined) return undefined;
  const help = await outputOf([copy, "--help"], environment);
  // Newer versions have it: they offer x-kde-passwordManagerHint, by which managers keep no history of the value.
  const isKnown = help !== undefined && Buffer.from(help).includes("--sensitive");
  const sensitive = isKnown ? ["--sensitive"] : [];
  return {
    name: "wl-copy",
    copy: [copy, ...sensitive, "--type", "text/plain"],
    paste: [paste, "--no-newline"],
    clear: [copy, "--clear"],
  };
}

function x11Clipboard(find: Find): Clipboard | undefined {
  const xclip = find("xclip");
  if (xclip !== undefined) {
    const command: Command = [xclip, "-selection", "clipboard"];
    const copy: Command = [...command, "-in"];
    return { name: "xclip", copy, paste: [...command, "-out"], clear: copy };
  }
  const xsel = find("xsel");
  if (xsel === undefined) return undefined;
  const command: Command = [xsel, "--clipboard"];
  return {
    name: "xsel",
    copy: [...command, "--input"],
    paste: [...command, "--output"],
    clear: [...command, "--clear"],
  };
}

/** Puts a text into the clipboard. @throws PprotectError `environment` when its program fails */
export async function copyText(clipboard: Clipboard, text: string, environment: Environment): Promise<void> {
  if (await feed(clipboard.copy, text, environment)) return;
  throw new PprotectError(
    "environment",
    `${clipboard.name} could not reach the clipboard`,
    `run \`echo test | ${clipboard.copy.join(" ")}\` to see why, or omit --clip`,
  );
}

/** What is in the clipboard; nothing when it is empty, too large, or cannot be read. */
export function pastedText({ paste }: Clipboard, environment: Environment): Promise<Uint8Array | undefined> {
  return outputOf(paste, environment);
}

/** Empties the clipboard. */
export async function clearClipboard({ clear }: Clipboard, environment: Environment): Promise<void> {
  await feed(clear, "", environment);
}

/** What a program prints; nothing when it failed. */
async function outputOf(command: Command, environment: Environment): Promise<Uint8Array | undefined> {
  const output = await outputOfProgram(command, {
    environment,
    errors: "ignore",
    mayAsk: true,
    timeoutMs: LIMIT_MS,
    maxBytes: MAX_BYTES,
  });
  return typeof output !== "string" && output.status === 0 ? output.bytes : undefined;
}

/**
 * Gives a text to a program. Its output is not read: a program that stays in the background keeps it open.
 * @returns whether the program succeeded
 */
async function feed(command: Command, text: string, environment: Environment): Promise<boolean> {
  const child = Bun.spawn([...command], {
    ...limits(environment),
    stdio: [Buffer.from(text), "ignore", "ignore"],
  });
  return (await child.exited) === 0;
}

function limits(environment: Environment) {
  return { env: environment, timeout: LIMIT_MS, killSignal: "SIGKILL" } as const;
}

/**
 * What the programs of a clipboard get: they stay in the background, where other programs of the user can read their
 * environment.
 *
 * @param withheld variables with credentials
 */
export function clipboardEnvironment(environment: Environment, withheld: readonly string[]): Environment {
  const kept = Object.entries(environment).filter(([name]) => !withheld.includes(name));
  const runtime = runtimeDirectory(environment);
  return {
    ...Object.fromEntries(kept),
    // wl-copy writes what it hands out into a file: there it is in memory, and of this user alone.
    ...(runtime === undefined ? {} : { TMPDIR: runtime }),
    // pbcopy takes its input for another encoding without.
    ...(process.platform === "darwin" ? { LC_CTYPE: "UTF-8" } : {}),
  };
}
