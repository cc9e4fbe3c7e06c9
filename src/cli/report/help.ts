import type { Cli, Definition } from "clipanion";
import { CATEGORIES } from "../base/base-command.ts";

const WIDTH = 34;

const INTRODUCTION = `Secrets in git, next to the code that needs them: one readable, encrypted file.

Usage: pprotect <command> [options]
`;

const FIRST_STEPS = `First steps:
  pprotect init            create protected.yaml with you as key custodian
  pprotect add-domain dev  make a domain
  pprotect add-secret dev api-key
  pprotect exec --domain dev -- ./server

\`pprotect <command> --help\` explains a command with its options and examples.
`;

/** The overview: all commands by category. */
export function overview(cli: Cli): string {
  const definitions = cli.definitions();
  const sections = CATEGORIES.map((category) => {
    const commands = definitions.filter((definition) => definition.category?.trim() === category);
    if (commands.length === 0) return "";
    return `${category}:\n${commands.map(summaryLine).join("")}\n`;
  });
  return `${INTRODUCTION}\n${sections.join("")}Options of every command:\n${commonOptions(definitions)}\n${FIRST_STEPS}`;
}

/** One command: what it does, how it is called (`usage`), its options, examples. */
export function commandHelp(definition: Definition, usage: string): string {
  const options = definition.options
    .map((option) => optionLine(option.definition, option.description ?? ""))
    .join("");
  const examples =
    definition.examples?.map(([what, line]) => `  ${what.trim()}:\n    ${line.trim()}\n`).join("") ?? "";
  return (
    `${capitalized(definition.description ?? "")}.\n\nUsage: ${usage}\n\nOptions:\n${options}` +
    (examples === "" ? "" : `\nExamples:\n${examples}`)
  );
}

function summaryLine({ path, description }: Definition): string {
  return line(path.replace(/^pprotect /, ""), description?.trim() ?? "");
}

/** The options that every command has, as the definitions themselves show. */
function commonOptions(definitions: readonly Definition[]): string {
  const [first, ...others] = definitions;
  const common = first?.options.filter(({ definition }) =>
    others.every(({ options }) => options.some((option) => option.definition === definition)),
  );
  return (common ?? [])
    .map(({ definition, description }) => optionLine(definition, description ?? ""))
    .join("");
}

function optionLine(definition: string, description: string): string {
  return line(
    definition.replace(/ #0/, " VALUE").replace(/^--generate$/, "--generate [LENGTH]"),
    description.trim(),
  );
}

function line(left: string, right: string): string {
  return left.length < WIDTH - 2
    ? `  ${left.padEnd(WIDTH)}${right}\n`
    : `  ${left}\n  ${" ".repeat(WIDTH)}${right}\n`;
}

function capitalized(text: string): string {
  const trimmed = text.trim().replace(/\.$/, "");
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}
