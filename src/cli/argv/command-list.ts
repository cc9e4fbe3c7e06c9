import type { CommandDescription } from "./command-declaration.ts";
import { longName, type OptionDeclaration } from "./declaration.ts";
import { embeddedCommands } from "./embedded-commands.ts";
import { amongOptions, argumentsBeforeEnd, readLine } from "./line.ts";

/** Every command, without loading any of them in the compiled program. */
export interface CommandList {
  /** In the order of the help, each with the global options. */
  readonly commands: readonly CommandDescription[];
  readonly globalOptions: readonly OptionDeclaration[];
}

export async function commandList(): Promise<CommandList> {
  const { commands, globalOptions } = await embeddedCommands();
  return {
    commands: commands.map((command) => ({
      ...command,
      options: [...globalOptions.filter((each) => !hasOption(command, longName(each))), ...command.options],
    })),
    globalOptions,
  };
}

function hasOption({ options }: CommandDescription, name: string): boolean {
  return options.some((option) => longName(option) === name);
}

/** The arguments before any `--` on a line whose command is not known, the options being those of all commands. */
export function wordsOn(args: readonly string[], { commands }: CommandList): string[] {
  return argumentsBeforeEnd(readLine(args, amongOptions(commands.flatMap(({ options }) => options))));
}
