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
  return { commands: commands.map((command) => withGlobalOptions(command, globalOptions)), globalOptions };
}

/** A command with its options only when they are asked for: completion needs those of one command, out of all. */
function withGlobalOptions(
  command: CommandDescription,
  globalOptions: readonly OptionDeclaration[],
): CommandDescription {
  return {
    ...command,
    get options() {
      const own = new Set(command.options.map(longName));
      return [...globalOptions.filter((each) => !own.has(longName(each))), ...command.options];
    },
  };
}

/** The arguments before any `--` on a line whose command is not known, the options being those of all commands. */
export function wordsOn(args: readonly string[], { commands }: CommandList): string[] {
  return argumentsBeforeEnd(readLine(args, amongOptions(commands.flatMap(({ options }) => options))));
}
