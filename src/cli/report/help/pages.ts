import { PprotectError } from "../../../common/errors.ts";
import { suggest } from "../../../common/suggest.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { type CommandDescription, GROUPS, type Group, usageOf } from "../../argv/command-declaration.ts";
import type { CommandList } from "../../argv/command-list.ts";
import type { OptionDeclaration } from "../../argv/declaration.ts";
import { beginsWith, dashed } from "../../argv/line.ts";
import { withListedName } from "../../argv/other-names.ts";
import { ENVIRONMENT_VARIABLES } from "./environment-variables.ts";
import { indented, paragraphs, twoColumns, wrap } from "./layout.ts";

const INTRODUCTION =
  "Secrets in git, next to the code that needs them: one readable, encrypted file.\n\n" +
  "Usage: pprotect COMMAND [OPTIONS]";

/** The commands that a new user runs first, and what they do. */
export const FIRST_STEPS: readonly (readonly [string, string])[] = [
  ["pprotect init", "create a store, with you as key custodian"],
  ["pprotect add-domain dev", "add a domain: a set of secrets with its owners"],
  ["pprotect add-secret dev db-password", "add a secret to it"],
  ["pprotect exec --domain dev --uppercase -- ./server", "run a program with the secrets, as DB_PASSWORD"],
];

const MORE: readonly (readonly [string, string])[] = [
  ["pprotect help COMMAND", "explain a command, with its options and examples"],
  ["pprotect help --all", "list every command"],
  ["pprotect help options", "list the options that every command has"],
  ["pprotect help environment", "list the environment variables"],
];

/** Not declared anywhere: help is asked for before a command is parsed. */
export const HELP_OPTION: readonly [usage: string, description: string] = ["-h, --help", "explain a command"];

/** The everyday commands. @param width in columns, as for every page */
export function overview({ commands }: CommandList, width: number): string {
  const everyday = commands.filter((command) => command.everyday);
  return [
    `${paragraphs(INTRODUCTION, width)}\n`,
    sections(everyday, width),
    `More help:\n${twoColumns([...MORE, ...groupRows(commands)], width)}`,
    `First steps:\n${twoColumns(FIRST_STEPS, width)}`,
  ].join("\n");
}

/** Every command. */
export function allCommands({ commands }: CommandList, width: number): string {
  const introduction = paragraphs(INTRODUCTION, width);
  return `${introduction}\n\n${sections(commands, width)}\n\`pprotect help COMMAND\` explains a command.\n`;
}

/**
 * What `pprotect help` says of some words: a command, a group, the first word of commands, `options`, or
 * `environment`.
 * @throws PprotectError `usage` when they are none of these
 */
export function helpPage(words: readonly string[], list: CommandList, width: number): string {
  const topic = withListedName(words).map(dashed).join(" ");
  if (topic === "") return overview(list, width);
  if (topic === "options") return globalOptions(list, width);
  if (topic === "environment") return `Environment variables:\n${twoColumns(ENVIRONMENT_VARIABLES, width)}`;
  const command = list.commands.find(({ name }) => name === topic);
  if (command) return commandHelp(command, list, width);
  const group = list.commands.filter((each) => each.group === topic || each.name.startsWith(`${topic} `));
  if (group.length > 0) return groupHelp(topic, group, width);
  throw unknownTopic(topic, list);
}

/** The words of a help request, less those that are the arguments of a command, as in `rm-domain prod --help`. */
export function topicAmong(typed: readonly string[], { commands }: CommandList): readonly string[] {
  const words = withListedName(typed);
  const command = commands
    .filter(({ name }) => beginsWith(words, name))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  return command ? command.name.split(" ") : words;
}

function unknownTopic(topic: string, { commands }: CommandList): PprotectError {
  const near = suggest(topic, [...commands.map(({ name }) => name), ...Object.keys(GROUPS)]);
  return new PprotectError(
    "usage",
    `no help for "${displayName(topic)}"`,
    near === undefined
      ? "`pprotect help --all` lists every command"
      : `did you mean \`pprotect help ${near}\`?`,
  );
}

/** One command: what it does, how it is called, its arguments and options, examples, and in short the global options. */
function commandHelp(command: CommandDescription, { globalOptions }: CommandList, width: number): string {
  const { summary, details, examples = [] } = command;
  const own = command.options.filter(({ global }) => !global);
  const ownNames = own.flatMap(({ names }) => names);
  const globals = globalOptions.filter(({ names }) => !names.some((name) => ownNames.includes(name)));
  return [
    `${paragraphs(`${capitalized(summary)}.${details === undefined ? "" : `\n\n${details}`}`, width)}\n`,
    usage(command, width),
    section(
      "Arguments",
      command.arguments.map(({ type, description }) => [type.metavar, description]),
      width,
    ),
    section("Options", own.map(optionRow), width),
    examples.length === 0
      ? ""
      : `Examples:\n${examples
          .map(([what, line]) => `${indented(`${what}:`, width)}    ${line.replaceAll("$0", "pprotect")}\n`)
          .join("")}`,
    `Global options (see \`pprotect help options\`):\n${shortList(globals, width)}`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function usage(command: CommandDescription, width: number): string {
  const [first = "", ...rest] = wrap(usageOf(command), width - "Usage: ".length);
  return [`Usage: ${first}`, ...rest.map((line) => `       ${line}`)].map((line) => `${line}\n`).join("");
}

function groupHelp(name: string, commands: readonly CommandDescription[], width: number): string {
  const title = Object.hasOwn(GROUPS, name) ? GROUPS[name as Group] : capitalized(name);
  return `${title}:\n${commandRows(commands, width)}\n\`pprotect help COMMAND\` explains a command.\n`;
}

function globalOptions({ globalOptions: options }: CommandList, width: number): string {
  return `Options of every command:\n${twoColumns([...options.map(optionRow), HELP_OPTION], width)}`;
}

function sections(commands: readonly CommandDescription[], width: number): string {
  return Object.entries(GROUPS)
    .map(([group, title]) => [title, commands.filter((each) => each.group === group)] as const)
    .filter(([, members]) => members.length > 0)
    .map(([title, members]) => `${title}:\n${commandRows(members, width)}`)
    .join("\n");
}

function commandRows(commands: readonly CommandDescription[], width: number): string {
  return twoColumns(
    commands.map(({ name, summary }) => [name, summary]),
    width,
  );
}

function groupRows(commands: readonly CommandDescription[]): readonly (readonly [string, string])[] {
  const groups = Object.keys(GROUPS).filter((group) => commands.some((each) => each.group === group));
  return [["pprotect help GROUP", `list the commands of a group: ${groups.join(", ")}`]];
}

function section(title: string, rows: readonly (readonly [string, string])[], width: number): string {
  return rows.length === 0 ? "" : `${title}:\n${twoColumns(rows, width)}`;
}

export function optionRow(option: OptionDeclaration): readonly [string, string] {
  return [optionUsage(option, ", "), option.description + (option.repeatable ? "; repeatable" : "")];
}

/** Options with commas between them, in as many lines as they take. */
function shortList(options: readonly OptionDeclaration[], width: number): string {
  const items = [...options.map((option) => optionUsage(option, "|")), "-h|--help"];
  // No line ends between an option and its value.
  const text = items.map((item) => item.replace(" ", "\u00a0")).join(", ");
  return indented(text, width).replaceAll("\u00a0", " ");
}

function optionUsage({ names, value, type }: OptionDeclaration, separator: string): string {
  const name = names.join(separator);
  if (value === "required") return `${name} ${type?.metavar}`;
  return value === "optional" ? `${name}[=${type?.metavar}]` : name;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
