#!/usr/bin/env bun
import "./hidden-streams.ts";

import { normalizeArguments, wantsHelp } from "./arguments.ts";
import { exitStatus, explain, parseError } from "./failure.ts";
import { hidingStreams, restoreStreams } from "./hidden-streams.ts";
import { OutputClosedError, writeError, writeOut } from "./output.ts";
import { commandNames, loadAll, loadMatching } from "./registry.ts";

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
  try {
    process.exitCode = await run(normalizeArguments(process.argv.slice(2), commandNames()));
  } catch (error) {
    if (error instanceof OutputClosedError) {
      process.exitCode = 1;
      return;
    }
    writeError(explain(error));
    process.exitCode = exitStatus(error);
  }
}

restoreStreams();
await main();
