import type { BaseCommand } from "../base/base-command.ts";
import { hidingStreams } from "../startup/hidden-streams.ts";
import { checkLine } from "./check-line.ts";
import { plainValues } from "./plain-line.ts";
import type { FoundCommand } from "./registry.ts";

/** The values of a command's properties, by their names. */
export type PropertyValues = Readonly<Record<string, unknown>>;

/**
 * The command with the values that its line gives. Most lines are plain, and their words need no parser, which takes longer
 * to load than many commands do.
 *
 * @throws PprotectError `usage`, naming the word that is wrong
 */
export async function parseLine(args: readonly string[], found: FoundCommand): Promise<BaseCommand> {
  checkLine(found.description, found.read);
  const values = plainValues(args, found) ?? (await clipanionValues(args, found));
  return Object.assign(found.instance, values, { path: found.listedName.split(" ") });
}

async function clipanionValues(args: readonly string[], found: FoundCommand): Promise<PropertyValues> {
  const { parsedValues } = await hidingStreams(() => import("./clipanion-parser.ts"));
  return parsedValues(args, found);
}
