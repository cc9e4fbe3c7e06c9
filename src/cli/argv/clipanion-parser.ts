import { Cli, Command, type CommandClass, Option } from "clipanion";
import type { Declarations, Declared } from "./declaration.ts";
import { normalizeLine } from "./normalize.ts";
import type { PropertyValues } from "./parser.ts";
import type { FoundCommand } from "./registry.ts";

/**
 * The values that a line gives the properties of its command, read by clipanion.
 * @param args a line that `checkLine` has accepted
 */
export function parsedValues(args: readonly string[], found: FoundCommand): PropertyValues {
  const { name, declarations, read } = found;
  const given = new Set(read.flatMap((word) => (word.kind === "option" ? [word.name] : [])));
  // Clipanion makes states for each option at each place of the line: about 2 ms for all options of a command.
  const absent = [...declarations].filter(
    ([, each]) => "option" in each && !each.option.names.some((option) => given.has(option)),
  );
  const others = new Map(declarations);
  for (const [property] of absent) others.delete(property);
  const values = Object.fromEntries(absent.map(([property, each]) => [property, absentValue(each)]));
  const cli = cliOf(name, others);
  const program = [...declarations].find(([, each]) => isAfterEnd(each))?.[0];
  if (program === undefined)
    return { ...values, ...valuesIn(cli.process(normalizeLine(args, read, name)), others) };
  const end = read.findIndex(({ kind }) => kind === "end");
  const own = end === -1 ? read : read.slice(0, end);
  const command = cli.process(normalizeLine(args.slice(0, own.length), own, name));
  return { ...values, ...valuesIn(command, others), [program]: end === -1 ? [] : args.slice(end + 1) };
}

/** Clipanion with a command of these options and arguments. */
export function cliOf(name: string, declarations: Declarations): Cli {
  const cli = new Cli({ binaryName: "pprotect" });
  const type: CommandClass = class extends Command {
    static override paths = [name.split(" ")];

    constructor() {
      super();
      for (const [property, each] of declarations) Object.assign(this, { [property]: specOf(each) });
    }

    async execute(): Promise<void> {}
  };
  cli.register(type);
  return cli;
}

function valuesIn(command: object, declarations: Declarations): PropertyValues {
  return Object.fromEntries(Object.entries(command).filter(([property]) => declarations.has(property)));
}

function absentValue(declared: Declared): unknown {
  return "option" in declared ? declared.absent : undefined;
}

function isAfterEnd(declared: Declared): boolean {
  return "argument" in declared && declared.afterEnd === true;
}

/** What clipanion takes for an option or argument; nothing for the words after `--`, which are not given to it. */
function specOf(declared: Declared): unknown {
  if ("argument" in declared) {
    const { name, required, rest } = declared.argument;
    if (isAfterEnd(declared)) return undefined;
    return rest ? Option.Rest({ name }) : Option.String({ name, required });
  }
  const { option, absent } = declared;
  const names = option.names.join(",");
  if (option.repeatable) return Option.Array(names, absent as string[]);
  if (option.value === "none") return Option.Boolean(names, absent as boolean);
  if (option.value === "optional") return Option.String(names, { tolerateBoolean: true });
  return Option.String(names, absent as string);
}
