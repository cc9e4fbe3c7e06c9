import { Cli, type CommandClass } from "clipanion";
import type { BaseCommand } from "../base/base-command.ts";
import { checkLine } from "./check-line.ts";
import { declarationOf } from "./declaration.ts";
import { normalizeLine } from "./normalize.ts";
import type { FoundCommand } from "./registry.ts";

/**
 * The command with the values that its line gives.
 * @throws PprotectError `usage`, naming the word that is wrong
 */
export function parseLine(args: readonly string[], found: FoundCommand): BaseCommand {
  checkLine(found.description, found.read);
  const cli = new Cli({ binaryName: "pprotect" });
  cli.register(forLine(found));
  const path = found.listedName.split(" ");
  const property = programProperty(found);
  if (property === undefined)
    return Object.assign(cli.process(normalizeLine(args, found.read, found.name)) as BaseCommand, { path });
  const end = found.read.findIndex(({ kind }) => kind === "end");
  const own = end === -1 ? found.read : found.read.slice(0, end);
  const command = cli.process(normalizeLine(args.slice(0, own.length), own, found.name)) as BaseCommand;
  return Object.assign(command, { path, [property]: end === -1 ? [] : args.slice(end + 1) });
}

/** The property of a command that takes the words after `--`, if it takes other arguments before it. */
function programProperty({ type }: FoundCommand): string | undefined {
  const declared = Object.entries(new type()).map(([key, spec]) => [key, declarationOf(spec)] as const);
  return declared.find(([, each]) => each && "argument" in each && each.afterEnd)?.[0];
}

/** A command's class without what is abstract in it: every command's is complete. */
type Concrete = new () => Pick<BaseCommand, keyof BaseCommand>;

/**
 * The command's class for one line: an option that the line does not have is its value already. Clipanion makes states
 * for each option at each place of the line, which takes about 2 ms for the options of a command.
 */
function forLine({ name, type, read }: FoundCommand): CommandClass {
  const given = new Set(read.flatMap((word) => (word.kind === "option" ? [word.name] : [])));
  return class extends (type as Concrete) {
    static paths = [name.split(" ")];

    constructor() {
      super();
      for (const [key, spec] of Object.entries(this)) {
        const declared = declarationOf(spec);
        if (!declared || !("option" in declared)) continue;
        if (!declared.option.names.some((each) => given.has(each)))
          Object.assign(this, { [key]: declared.absent });
      }
    }
  } as unknown as CommandClass;
}
