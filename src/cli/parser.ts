import { Cli, type CommandClass } from "clipanion";
import { VERSION } from "./version.ts";

/** A parser of command lines that knows these commands. */
export function buildCli(commands: readonly CommandClass[]): Cli {
  const cli = new Cli({ binaryName: "pprotect", binaryLabel: "pprotect", binaryVersion: VERSION });
  for (const command of commands) cli.register(command);
  return cli;
}
