import { ERROR_CODES } from "../../common/errors.ts";
import { VERSION } from "../../common/release.ts";
import { type CommandDescription, usageOf } from "../argv/command-declaration.ts";
import type { CommandList } from "../argv/command-list.ts";
import type { OptionDeclaration } from "../argv/declaration.ts";
import { dashed } from "../argv/line.ts";
import { ERROR_MEANINGS, EXIT_STATUSES } from "./error-catalog.ts";
import type { Json, Result } from "./json-envelope.ts";

/** For a program: the commands that words name, as a command or a group does, and every command where they name none. */
export function describeTopic(words: readonly string[], list: CommandList): Result {
  const topic = words.map(dashed).join(" ");
  const one = list.commands.filter(({ name }) => name === topic);
  const group = list.commands.filter((each) => each.group === topic || each.name.startsWith(`${topic} `));
  const named = one.length > 0 ? one : group;
  return commandTree(named.length > 0 ? named : list.commands, list.globalOptions);
}

/** Commands for a program to choose from, and what each can answer. */
function commandTree(
  commands: readonly CommandDescription[],
  globalOptions: readonly OptionDeclaration[],
): Result {
  return {
    version: VERSION,
    usage: "pprotect COMMAND [OPTIONS]",
    commands: commands.map(describe),
    global_options: globalOptions.map(optionFields),
    exit_statuses: EXIT_STATUSES as unknown as Json,
    error_codes: ERROR_CODES.map((code) => ({ code, ...ERROR_MEANINGS[code] })),
  };
}

function describe(command: CommandDescription): Json {
  return {
    name: command.name,
    category: command.group,
    description: command.summary,
    usage: usageOf(command),
    arguments: command.arguments.map(({ name, required, rest, type, description }) => ({
      name,
      required,
      repeated: rest,
      metavar: type.metavar,
      choices: type.choices ?? null,
      description,
    })),
    options: command.options.filter(({ global }) => !global).map(optionFields),
    examples: (command.examples ?? []).map(([description, line]) => ({
      description,
      command: line.replaceAll("$0", "pprotect"),
    })),
  };
}

function optionFields({ names, value, type, repeatable, description }: OptionDeclaration): Json {
  return {
    names,
    value,
    repeated: repeatable,
    metavar: type?.metavar ?? null,
    choices: type?.choices ?? null,
    description,
  };
}
