#!/usr/bin/env bun
import "./hidden-streams.ts";

import { normalizeArguments, wantsHelp, wantsJson } from "./arguments.ts";
import { errorEnvelope } from "./envelope.ts";
import { asPprotectError, exitStatus, explain, parseError } from "./failure.ts";
import { hidingStreams, restoreStreams } from "./hidden-streams.ts";
import { OutputClosedError, writeError, writeLine, writeOut } from "./output.ts";
import { commandAmong, commandNames, loadAll, loadMatching } from "./registry.ts";

async function run(args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) return help(args);
  if (args.length === 0) {
    writeError(await readOverview());
    return 1;
  }
  const command = await parse(args);
  return (await command.validateAndExecute()) ?? 0;
}

async function parse(args: readonly string[]) {
  const { buildCli } = await hidingStreams(() => import("./parser.ts"));
  const matching = await loadMatching(args);
  try {
    if (matching.length > 0) return buildCli(matching).process([...args]);
    return buildCli(await loadAll()).process([...args]);
  } catch (error) {
    throw parseError(error, args, commandNames());
  }
}

async function help(args: readonly string[]): Promise<number> {
  const matching = await loadMatching(args);
  if (matching.length === 0) {
    writeOut(await readOverview());
    return 0;
  }
  const { buildCli } = await hidingStreams(() => import("./parser.ts"));
  const { commandHelp } = await import("./help.ts");
  // The command is the one whose words come first; the others are arguments of its own.
  const definitions = buildCli(matching).definitions();
  const [definition] = definitions.sort((a, b) => firstWord(args, a.path) - firstWord(args, b.path));
  if (definition) writeOut(commandHelp(definition));
  return 0;
}

function firstWord(args: readonly string[], path: string): number {
  return args.indexOf(path.split(" ")[1] ?? "");
}

async function readOverview(): Promise<string> {
  const { overviewText } = await hidingStreams(() => import("./overview-text.ts"));
  return overviewText();
}

async function main(): Promise<void> {
  const args = normalizeArguments(process.argv.slice(2), commandNames());
  try {
    process.exitCode = await run(args);
  } catch (error) {
    process.exitCode = report(error, args);
  }
}

/** Says what went wrong, to a program on standard output. @returns the exit status */
function report(error: unknown, args: readonly string[]): number {
  if (error instanceof OutputClosedError) return 1;
  try {
    if (wantsJson(args)) writeLine(errorEnvelope(commandAmong(args) ?? "pprotect", asPprotectError(error)));
    else writeError(explain(error));
  } catch (closed) {
    if (!(closed instanceof OutputClosedError)) throw closed;
  }
  return exitStatus(error);
}

restoreStreams();
await main();
