import { type CommandDescription, globalOptionsOf } from "./command-declaration.ts";
import type { OptionDeclaration } from "./declaration.ts";
import { loadAll } from "./registry.ts";

/** Every command without its global options, and those. */
export interface EmbeddedCommands {
  readonly commands: readonly CommandDescription[];
  readonly globalOptions: readonly OptionDeclaration[];
}

/** From the declarations of all commands. The build puts the finished list in this module's place. */
export async function embeddedCommands(): Promise<EmbeddedCommands> {
  const commands = (await loadAll()).map(({ description }) => description);
  return {
    commands: commands.map((each) => ({ ...each, options: each.options.filter(({ global }) => !global) })),
    globalOptions: globalOptionsOf(commands),
  };
}
