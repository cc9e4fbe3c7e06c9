import { Command, type CommandClass } from "clipanion";
import { ERROR_CODES } from "../../common/errors.ts";
import { OPTIONAL_VALUE_OPTIONS } from "../argv/normalize.ts";
import { BaseCommand } from "../base/base-command.ts";
import { VERSION } from "../startup/version.ts";
import { ERROR_MEANINGS, EXIT_STATUSES } from "./error-catalog.ts";
import type { Json, Result } from "./json-envelope.ts";

/** One word on the line that is no option. */
interface Argument {
  readonly name: string;
  readonly required: boolean;
  /** Whether it may be given any number of times. */
  readonly repeated: boolean;
}

interface OptionSpec {
  readonly names: readonly string[];
  readonly value: "none" | "required" | "optional";
  readonly description: string;
}

/** What the parser is told of an option or argument; here it tells a description instead. */
class Recorder {
  readonly args: Argument[] = [];
  readonly options: OptionSpec[] = [];

  addPositional({ name, required = true }: { name: string; required?: boolean }): void {
    this.args.push({ name, required, repeated: false });
  }

  addRest({ name }: { name: string }): void {
    this.args.push({ name, required: false, repeated: true });
  }

  addOption(option: { names: readonly string[]; arity?: number; description?: string }): void {
    const { names, arity = 0, description = "" } = option;
    const optional = names.some((name) => OPTIONAL_VALUE_OPTIONS.has(name));
    this.options.push({
      names: [...names],
      value: optional ? "optional" : arity > 0 ? "required" : "none",
      description,
    });
  }
}

/** A property of a command that stands for an option or argument. */
interface Declaration {
  definition(builder: Recorder, key: string): void;
}

/** Commands for a program to choose from, and what each can answer. */
export function commandTree(commands: readonly CommandClass[]): Result {
  const globalOptions = recordingOf(Bare).options;
  return {
    version: VERSION,
    usage: "pprotect COMMAND [OPTIONS]",
    commands: commands.map((command) => describe(command, globalOptions)),
    global_options: globalOptions as unknown as Json,
    exit_statuses: EXIT_STATUSES as unknown as Json,
    error_codes: ERROR_CODES.map((code) => ({ code, ...ERROR_MEANINGS[code] })),
  };
}

/** What every command has. */
class Bare extends BaseCommand {
  async run(): Promise<number> {
    return 0;
  }
}

function describe(command: CommandClass, globalOptions: readonly OptionSpec[]): Json {
  const name = command.paths?.[0]?.join(" ") ?? "";
  const { args, options } = recordingOf(command);
  const { category, description, examples = [] } = command.usage ?? {};
  const own = options.filter(({ names }) => !globalOptions.some((each) => each.names[0] === names[0]));
  return {
    name,
    category: category ?? "",
    description: description ?? "",
    usage: usageLine(name, args),
    arguments: args as unknown as Json,
    options: own as unknown as Json,
    examples: examples.map(([what, line]) => ({
      description: what,
      command: line.replaceAll("$0", "pprotect"),
    })),
  };
}

/** How a command is called, in one line. */
export function usageOf(command: CommandClass): string {
  return usageLine(command.paths?.[0]?.join(" ") ?? "", recordingOf(command).args);
}

function usageLine(name: string, args: readonly Argument[]): string {
  return ["pprotect", name, "[OPTIONS]", ...args.map(argumentUsage)].join(" ");
}

function argumentUsage({ name, required, repeated }: Argument): string {
  if (repeated) return `[${name}...]`;
  return required ? `<${name}>` : `[${name}]`;
}

function recordingOf(command: CommandClass): Recorder {
  const recorder = new Recorder();
  for (const [key, value] of Object.entries(new command())) {
    if (isDeclaration(value)) value.definition(recorder, key);
  }
  return recorder;
}

function isDeclaration(value: unknown): value is Declaration {
  return typeof value === "object" && value !== null && Command.isOption in value;
}
