import { type CommandDescription, GROUPS, usageOf } from "../../../cli/argv/command-declaration.ts";
import type { CommandList } from "../../../cli/argv/command-list.ts";
import type { OptionDeclaration } from "../../../cli/argv/declaration.ts";
import { EXIT_STATUSES } from "../../../cli/report/error-catalog.ts";
import { ENVIRONMENT_VARIABLES } from "../../../cli/report/help/environment-variables.ts";
import { FIRST_STEPS, HELP_OPTION } from "../../../cli/report/help/pages.ts";
import {
  bold,
  definition,
  escaped,
  italic,
  nameLine,
  paragraphs,
  section,
  subsection,
  verbatim,
} from "./roff.ts";

/** What a release says in each man page. */
export interface ManualOf {
  readonly version: string;
  /** When the source was last changed, in seconds since 1970. */
  readonly epoch: number;
}

/** The files that users know of. */
const FILES: readonly (readonly [path: string, description: string])[] = [
  ["protected.yaml", "the store; found here, or in the nearest parent directory in the repository"],
  [
    ".secrets.json",
    "beside the store: the manifest, which lists the secrets that the project's programs need",
  ],
  [".pprotect.yaml", "beside the store: rules for values, their rotation, and what the guard searches for"],
  [".pprotectignore", "the files in which the guard does not look for secrets"],
  [".pprotect-baseline.json", "the findings that the guard accepts"],
  ["pprotect.trust", "beside the store: the keys that PPROTECT_TRUST=strict accepts"],
];

/**
 * The man pages of section 1: one of the program, and one for each command.
 *
 * @returns each page's file name, such as `pprotect-git-install.1`, with its text in the macros of man(7)
 */
export function manPages(list: CommandList, manual: ManualOf): ReadonlyMap<string, string> {
  return new Map([
    ["pprotect.1", programPage(list, manual)],
    ...list.commands.map(
      (command) => [`${pageName(command)}.1`, commandPage(command, list, manual)] as const,
    ),
  ]);
}

function pageName({ name }: CommandDescription): string {
  return `pprotect-${name.replaceAll(" ", "-")}`;
}

function programPage({ commands, globalOptions }: CommandList, manual: ManualOf): string {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const members = commands.filter((each) => each.group === group);
    return subsection(title, ...members.map((each) => definition(reference(pageName(each)), each.summary)));
  });
  return [
    title("pprotect", manual),
    section("NAME", nameLine("pprotect", "secrets in git, next to the code that needs them")),
    section("SYNOPSIS", `${bold("pprotect")} ${italic("COMMAND")} [${italic("OPTIONS")}]\n`),
    section(
      "DESCRIPTION",
      paragraphs(
        "pprotect keeps the secrets of a project in one readable, encrypted file in its git repository. They are in " +
          "domains, such as dev and prod. Anyone can add a secret: it is encrypted to the public key of its domain, " +
          "which is in the file. Only the owners of the domain, key custodians with a passphrase, can read it.\n\n" +
          "Each command has a man page of its own, and `pprotect help` lists the everyday ones.",
      ),
    ),
    section("COMMANDS", ...groups),
    section(
      "OPTIONS",
      paragraphs("Every command has these options."),
      ...globalOptions.map(optionEntry),
      helpEntry(),
    ),
    section(
      "EXIT STATUS",
      ...EXIT_STATUSES.map((each) => definition(bold(String(each.status)), each.meaning)),
    ),
    section("ENVIRONMENT", ...ENVIRONMENT_VARIABLES.map(([name, text]) => definition(bold(name), text))),
    section("FILES", ...FILES.map(([path, text]) => definition(italic(path), text))),
    section("EXAMPLES", FIRST_STEPS.map(([line, what]) => example(what, line)).join(".PP\n")),
    section("SEE ALSO", seeAlso(["git(1)", "gitattributes(5)", "githooks(5)"])),
  ].join("");
}

function commandPage(
  command: CommandDescription,
  { commands, globalOptions }: CommandList,
  manual: ManualOf,
): string {
  const { summary, details, examples = [] } = command;
  const own = command.options.filter(({ global }) => !global);
  const others = globalOptions.filter(
    ({ names }) => !own.some((each) => each.names.some((name) => names.includes(name))),
  );
  const args = command.arguments.map(({ type, description }) =>
    definition(italic(type.metavar), description),
  );
  return [
    title(pageName(command), manual),
    section("NAME", nameLine(pageName(command), summary)),
    section("SYNOPSIS", `${synopsis(command)}\n`),
    section(
      "DESCRIPTION",
      paragraphs(`${sentence(summary)}${details === undefined ? "" : `\n\n${details}`}`),
    ),
    args.length === 0 ? "" : section("ARGUMENTS", ...args),
    section("OPTIONS", ...own.map(optionEntry), ...(own.length > 0 ? [".PP\n"] : []), globals(others)),
    examples.length === 0
      ? ""
      : section("EXAMPLES", examples.map(([what, line]) => example(what, line)).join(".PP\n")),
    section("EXIT STATUS", paragraphs("0 for success; `pprotect`(1) lists the others.")),
    section("SEE ALSO", seeAlso(["pprotect(1)", ...relatives(command, commands)])),
  ].join("");
}

/** The pages of the commands that the details of one name. */
function relatives(
  { name, details = "" }: CommandDescription,
  commands: readonly CommandDescription[],
): string[] {
  const named = [...details.matchAll(/`(?:pprotect )?([a-z -]+?)(?: --?[a-z][^`]*| [A-Z][^`]*)?`/g)].map(
    ([, words]) => words,
  );
  return commands
    .filter((each) => each.name !== name && named.includes(each.name))
    .map((each) => `${pageName(each)}(1)`);
}

function title(name: string, { version, epoch }: ManualOf): string {
  const date = new Date(epoch * 1000).toISOString().slice(0, "2026-11-25".length);
  return `.TH ${escaped(name.toUpperCase())} 1 ${date} "pprotect ${version}" "pprotect manual"\n`;
}

function synopsis(command: CommandDescription): string {
  const words = `pprotect ${command.name}`;
  return `${bold(words)}${escaped(usageOf(command).slice(words.length)).replaceAll(/[A-Z]{2,}/g, "\\fI$&\\fR")}`;
}

function optionEntry({ names, value, type, description, repeatable }: OptionDeclaration): string {
  const metavar = italic(type?.metavar ?? "");
  const tail = { none: "", required: ` ${metavar}`, optional: `[=${metavar}]` }[value];
  return definition(`${names.map(bold).join(", ")}${tail}`, description + (repeatable ? "; repeatable" : ""));
}

function helpEntry(): string {
  const [names, description] = HELP_OPTION;
  return definition(names.split(", ").map(bold).join(", "), description);
}

function globals(options: readonly OptionDeclaration[]): string {
  const names = options.map(({ names: all }) => `\`${all.at(-1)}\``);
  return paragraphs(
    `The options of every command, which \`pprotect\`(1) explains: ${names.join(", ")}, \`--help\`.`,
  );
}

function example(what: string, line: string): string {
  return `${paragraphs(`${sentence(what).slice(0, -1)}:`)}${verbatim(line.replaceAll("$0", "pprotect"))}`;
}

function reference(name: string): string {
  return `${bold(name)}(1)`;
}

function seeAlso(pages: readonly string[]): string {
  return `${pages.map((page) => page.replace(/^[^(]+/, bold)).join(",\n")}\n`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
