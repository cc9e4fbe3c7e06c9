import type { Definition } from "clipanion";
import { buildCli } from "../argv/parser.ts";
import { loadAll } from "../argv/registry.ts";
import { ARGUMENTS, type Arguments, OPTION_VALUES, REPEATABLE, type Value } from "./value-kinds.ts";

/** An option as completion sees it. */
export interface CompletedOption {
  /** As typed, the long one last. */
  readonly names: readonly string[];
  readonly description: string;
  /** What the next word is; none for a flag. */
  readonly value?: Value;
  readonly repeatable: boolean;
}

/** A command as completion sees it. */
export interface CompletedCommand extends Arguments {
  readonly words: readonly string[];
  readonly description: string;
  readonly options: readonly CompletedOption[];
}

/** Not among the definitions: help is asked for before a command is parsed. */
const HELP: CompletedOption = {
  names: ["-h", "--help"],
  description: "explain the command",
  repeatable: false,
};

/** Every command, from the definitions. The build puts the finished list in this module's place. */
export async function commandList(): Promise<readonly CompletedCommand[]> {
  return buildCli(await loadAll())
    .definitions()
    .map(completedCommand);
}

function completedCommand({ path, description = "", options }: Definition): CompletedCommand {
  const name = path.replace(/^pprotect /, "");
  return {
    words: name.split(" "),
    description: oneLine(description),
    ...(ARGUMENTS[name] ?? { each: [] }),
    options: [...options.map((option) => completedOption(name, option)), HELP],
  };
}

function completedOption(
  command: string,
  { definition, description = "" }: Definition["options"][number],
): CompletedOption {
  const names = definition.replace(/ #\d+$/, "").split(",");
  const long = names.at(-1) ?? "";
  const value = definition.endsWith(" #0")
    ? (OPTION_VALUES[`${command} ${long}`] ?? OPTION_VALUES[long] ?? "new")
    : undefined;
  return {
    names,
    description: oneLine(description),
    ...(value !== undefined && { value }),
    repeatable: REPEATABLE.has(long) || REPEATABLE.has(`${command} ${long}`),
  };
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}
