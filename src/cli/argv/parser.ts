import { Cli, type CommandClass } from "clipanion";
import { VERSION } from "../startup/version.ts";

/** A parser of command lines that knows these commands. */
export function buildCli(commands: readonly CommandClass[]): Cli {
  const cli = new Cli({ binaryName: "pprotect", binaryLabel: "pprotect", binaryVersion: VERSION });
  for (const command of commands) cli.register(command);
  return cli;
}

/** What clipanion keeps of a command and its types do not show; which of its versions it is, the lock file says. */
interface Registrations {
  readonly registrations: ReadonlyMap<CommandClass, { readonly builder: { options: RegisteredOption[] } }>;
}

interface RegisteredOption {
  readonly names: readonly string[];
  readonly required: boolean;
}

/**
 * A parser for one command line. Options that do not stand on it get no states of their own: clipanion makes some
 * for each option at each place, which takes longer than all else that a short command's parsing does. Names of
 * options that are wrong are told from right ones as before, by the list of all names.
 */
export function buildCliFor(commands: readonly CommandClass[], args: readonly string[]): Cli {
  const cli = buildCli(commands);
  const given = new Set(args.map((arg) => arg.replace(/=.*$/s, "")));
  for (const { builder } of (cli as unknown as Registrations).registrations.values()) {
    builder.options = builder.options.filter(
      ({ names, required }) => required || names.some((name) => given.has(name)),
    );
  }
  return cli;
}
