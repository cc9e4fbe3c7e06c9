import "./startup/hide-streams.ts";

import { PprotectError } from "../common/errors.ts";
import { ENDER_WORD, HOLDER_WORD, REMOVER_WORD, WATCHER_WORD } from "../exec/process/helper-words.ts";
import { LEASE_WORD } from "../lease/lease-word.ts";
import { CLIPBOARD_WORD } from "../system/clipboard-word.ts";
import { KEYRING_WORD } from "../system/keyring-word.ts";
import { commandWords, restoreFileVariables } from "../system/path-text.ts";
import { heedChildren } from "../system/start-signals.ts";
import type { CommandList } from "./argv/command-list.ts";
import { asksForDescription, wantsHelp, wantsJson, withVersionCommand } from "./argv/normalize.ts";
import { parseLine } from "./argv/parser.ts";
import { type FoundCommand, findCommand } from "./argv/registry.ts";
import type { BaseCommand } from "./base/base-command.ts";
import { asPprotectError, exitStatus, explain } from "./report/error-report.ts";
import { Envelope } from "./report/json-envelope.ts";
import { OutputClosedError, outputIsDiscarded, writeError, writeOut } from "./report/output.ts";
import { hidingStreams, restoreStreams } from "./startup/hidden-streams.ts";

/** The word by which a shell's completion script asks for candidates: no command, and in no list of them. */
const COMPLETE = "__complete";

async function run(args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    writeError(await overviewPage());
    return 1;
  }
  if (wantsHelp(args) || asksForDescription(args)) return help(args);
  const found = await findCommand(args);
  if (!found) return runWithoutCommand(args);
  try {
    return await runCommand(found, args);
  } catch (error) {
    return report(error, wantsJson(args) ? new Envelope(found.listedName) : undefined);
  }
}

async function runCommand(found: FoundCommand, args: readonly string[]): Promise<number> {
  const command = await parseLine(args, found);
  command.listCommands = loadCommandList;
  try {
    return await command.execute();
  } catch (error) {
    return report(await withMissingStore(error, command), command.json ? command.envelope() : undefined);
  }
}

/** Says what to do about a store that git has. Loads no git for any other error. */
async function withMissingStore(error: unknown, { file }: BaseCommand): Promise<unknown> {
  if (!(error instanceof PprotectError) || error.code !== "store_missing") return error;
  const { withHintForMissingStore } = await import("./report/missing-store.ts");
  return withHintForMissingStore(error, file === undefined);
}

/** `pprotect git` alone shows the commands that it could be; every other line is wrong. */
async function runWithoutCommand(args: readonly string[]): Promise<number> {
  const { helpWidth, list, pages, words } = await loadHelp(args);
  const { isPrefix, unknownCommand } = await import("./report/unknown-command.ts");
  if (wantsJson(args) || !isPrefix(args, words, list)) throw unknownCommand(args, list);
  writeError(pages.helpPage(words, list, helpWidth()));
  return 1;
}

/** `--help`, and `--json` alone. */
async function help(args: readonly string[]): Promise<number> {
  if (args.length === 1 && !wantsJson(args)) {
    writeOut(await overviewPage());
    return 0;
  }
  const { helpWidth, list, pages, words } = await loadHelp(args);
  const topic = pages.topicAmong(words, list);
  const page = pages.helpPage(topic, list, helpWidth());
  if (wantsJson(args)) {
    const { describeTopic } = await import("./report/describe-commands.ts");
    new Envelope("help").outcome({ result: describeTopic(topic, list) });
  } else writeOut(page);
  return 0;
}

/** The overview; at the usual width without a list of the commands, which takes longer to load than to show. */
async function overviewPage(): Promise<string> {
  const { DEFAULT_WIDTH, helpWidth } = await import("./report/help/width.ts");
  const width = helpWidth();
  if (width !== DEFAULT_WIDTH) {
    const { overview } = await import("./report/help/pages.ts");
    return overview(await loadCommandList(), width);
  }
  const { defaultOverview } = await hidingStreams(() => import("./report/help/default-overview.ts"));
  return defaultOverview();
}

async function loadCommandList(): Promise<CommandList> {
  const { commandList } = await hidingStreams(() => import("./argv/command-list.ts"));
  return commandList();
}

async function loadHelp(args: readonly string[]) {
  const list = await loadCommandList();
  const { wordsOn } = await import("./argv/command-list.ts");
  const { helpWidth } = await import("./report/help/width.ts");
  const pages = await import("./report/help/pages.ts");
  return { helpWidth, list, pages, words: wordsOn(args, list) };
}

/** Runs the command that this process was started for. */
export async function main(): Promise<void> {
  restoreStreams();
  const given = commandWords();
  const [word, ...rest] = given;
  if (word === COMPLETE) return (await import("./completion/complete.ts")).complete(rest[0]);
  if (word === HOLDER_WORD) (await import("../exec/files/fd-holder.ts")).holdFiles(rest);
  if (word === REMOVER_WORD) (await import("../exec/files/memory-files.ts")).removeFiles(rest);
  if (word === WATCHER_WORD) (await import("../exec/supervise/watcher.ts")).watchParent(rest);
  if (word === ENDER_WORD) return (await import("../exec/supervise/watcher.ts")).endOrphan(rest);
  if (word === LEASE_WORD) return (await import("./startup/lease-process.ts")).runLeaseProcess(rest);
  if (word === KEYRING_WORD) return (await import("../system/keyring-process.ts")).answerKeyringQuestion();
  if (word === CLIPBOARD_WORD) return (await import("../system/clipboard-clearer.ts")).clearClipboardLater();
  const args = withVersionCommand(given);
  try {
    process.exitCode = await start(args);
  } catch (error) {
    process.exitCode = report(error, wantsJson(args) ? new Envelope("pprotect") : undefined);
  }
}

async function start(args: readonly string[]): Promise<number> {
  heedChildren();
  restoreFileVariables();
  return run(args);
}

/** Reports an error: to a program on standard output, to a person on standard error. @returns the exit status */
function report(error: unknown, envelope: Envelope | undefined): number {
  if (error instanceof OutputClosedError) return 1;
  try {
    if (envelope && !outputIsDiscarded()) envelope.error(asPprotectError(error));
    else writeError(explain(error));
  } catch {
    // Standard output has lost its reader, or its disk is full.
    writeError(explain(error));
  }
  return exitStatus(error);
}
