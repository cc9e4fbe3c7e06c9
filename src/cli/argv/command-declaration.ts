import type { BaseCommand } from "../base/base-command.ts";
import type { ArgumentDeclaration, Declarations, OptionDeclaration } from "./declaration.ts";

/**
 * The groups of commands with their headings, in the order of the help. `pprotect help GROUP` shows one, so no group
 * may be named as a command is.
 */
export const GROUPS = {
  store: "Store",
  people: "People",
  domains: "Domains and their owners",
  secrets: "Secrets",
  programs: "Programs and files",
  leases: "Leases and accesses",
  git: "Git",
  general: "General",
} as const;
export type Group = keyof typeof GROUPS;

/** What a command says of itself. */
export interface CommandDeclaration {
  readonly group: Group;
  /** What it does: a few words in the imperative, without a full stop. */
  readonly summary: string;
  /** What else the user must know, in whole sentences. */
  readonly details?: string;
  /** Whether the overview shows it: what most people need in their first week. Default: false. */
  readonly everyday?: boolean;
  /** The secret input that it takes. A word too many on its line may be that, so it is never printed. */
  readonly takes?: "value" | "passphrase";
  /** What to write instead of an argument, for a command that takes none and is often given one. */
  readonly instead?: string;
  /** Whether it prints or writes the values of secrets: `PPROTECT_NO_PLAINTEXT` forbids it then. Default: false. */
  readonly plaintext?: boolean;
  /** What an example does, and its line, where `$0` stands for the program. */
  readonly examples?: readonly (readonly [description: string, line: string])[];
}

/** A command's class: loaded when the command is asked for. */
export type CommandType = (new () => BaseCommand) & { readonly declaration: CommandDeclaration };

/** All that is known of a command. It is plain data, so that the build can embed it. */
export interface CommandDescription extends CommandDeclaration {
  /** Its words on the line. */
  readonly name: string;
  readonly arguments: readonly ArgumentDeclaration[];
  /** Global options too. */
  readonly options: readonly OptionDeclaration[];
}

export function describeCommand(
  name: string,
  declaration: CommandDeclaration,
  declarations: Declarations,
): CommandDescription {
  const options: OptionDeclaration[] = [];
  const args: ArgumentDeclaration[] = [];
  for (const declared of declarations.values()) {
    if ("option" in declared) options.push(declared.option);
    else args.push(declared.argument);
  }
  return { name, ...declaration, options, arguments: args };
}

/** How a command is called, in one line. */
export function usageOf({ name, arguments: args }: CommandDescription): string {
  const usages = args.map((each) => argumentUsage(each));
  // Beside other arguments, a program may be left out.
  const words = usages.map((usage) => (args.length > 1 && usage.startsWith("-- ") ? `[${usage}]` : usage));
  return ["pprotect", name, "[OPTIONS]", ...words].join(" ");
}

function argumentUsage({ type: { kind, metavar }, required, rest }: ArgumentDeclaration): string {
  if (kind === "program") return `-- ${metavar} [ARGUMENT...]`;
  if (rest) return `[${metavar}...]`;
  return required ? metavar : `[${metavar}]`;
}

/** The options that every command has; a command may declare its own instead of one of them. */
export function globalOptionsOf(commands: readonly CommandDescription[]): readonly OptionDeclaration[] {
  const [most = []] = commands
    .map(({ options }) => options.filter(({ global }) => global))
    .toSorted((a, b) => b.length - a.length);
  return most;
}
