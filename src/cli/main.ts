#!/usr/bin/env bun
import "./startup/hide-streams.ts";

import { HOLDER_WORD } from "../exec/files/holder-word.ts";
import { asksForDescription, normalizeArguments, wantsHelp, wantsJson } from "./argv/normalize.ts";
import { commandAmong, commandNames, loadAll, loadMatching, loadNamed } from "./argv/registry.ts";
import type { BaseCommand } from "./base/base-command.ts";
import { asPprotectError, exitStatus, explain, parseError } from "./report/error-report.ts";
import { Envelope } from "./report/json-envelope.ts";
import { OutputClosedError, outputIsDiscarded, writeError, writeOut } from "./report/output.ts";
import { hidingStreams, restoreStreams } from "./startup/hidden-streams.ts";

/** The word by which a shell's completion script asks for candidates: no command, and in no list of them. */
const COMPLETE = "__complete";

async function run(args: readonly string[]): Promise<number> {
  if (wantsHelp(args) || asksForDescription(args)) return help(args);
  if (args.length === 0) {
    writeError(await readOverview());
    return 1;
  }
  const command = await parse(args);
  try {
    return await command.validateAndExecute();
  } catch (error) {
    return report(error, command.json ? command.envelope() : undefined);
  }
}

async function parse(args: readonly string[]): Promise<BaseCommand> {
  const { buildCliFor } = await hidingStreams(() => import("./argv/parser.ts"));
  const matching = await loadMatching(args);
  try {
    const cli = buildCliFor(matching.length > 0 ? matching : await loadAll(), args);
    // Every command of the registry is one of these.
    return cli.process([...args]) as BaseCommand;
  } catch (error) {
    throw parseError(error, args, commandNames());
  }
}

async function help(args: readonly string[]): Promise<number> {
  const name = commandAmong(args);
  if (wantsJson(args)) {
    const commands = await (name === undefined ? loadAll() : loadNamed(name));
    const { commandTree } = await import("./report/describe-commands.ts");
    new Envelope("help").outcome({ result: commandTree(commands) });
  } else if (name === undefined) writeOut(await readOverview());
  else {
    const { buildCli } = await hidingStreams(() => import("./argv/parser.ts"));
    const { commandHelp } = await import("./report/help.ts");
    const { usageOf } = await import("./report/describe-commands.ts");
    const commands = await loadNamed(name);
    const [definition] = buildCli(commands).definitions();
    const [command] = commands;
    if (definition && command) writeOut(commandHelp(definition, usageOf(command)));
  }
  return 0;
}

async function readOverview(): Promise<string> {
  const { overviewText } = await hidingStreams(() => import("./startup/overview-text.ts"));
  return overviewText();
}

async function main(): Promise<void> {
  const [word, ...rest] = process.argv.slice(2);
  if (word === COMPLETE) return (await import("./completion/complete.ts")).complete(rest[0]);
  if (word === HOLDER_WORD) (await import("../exec/files/fd-holder.ts")).holdFiles(rest);
  const args = normalizeArguments(process.argv.slice(2), commandNames());
  try {
    process.exitCode = await run(args);
  } catch (error) {
    process.exitCode = report(
      error,
      wantsJson(args) ? new Envelope(commandAmong(args) ?? "pprotect") : undefined,
    );
  }
}

/** Says what went wrong, to a program on standard output. @returns the exit status */
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

restoreStreams();
await main();
