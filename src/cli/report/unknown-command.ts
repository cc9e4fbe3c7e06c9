import { PprotectError } from "../../common/errors.ts";
import { suggest } from "../../common/suggest.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { displayOption, nearestOption } from "../argv/check-line.ts";
import type { CommandList } from "../argv/command-list.ts";
import type { OptionDeclaration } from "../argv/declaration.ts";
import { amongOptions, argumentsBeforeEnd, dashed, type LineWord, readLine } from "../argv/line.ts";

/** What the words of other tools are here. A word that becomes a command of ours is never looked up. */
export const OTHER_TOOLS: Readonly<Record<string, string>> = {
  ls: "`pprotect list-domains` lists domains, `pprotect list-domain-secrets DOMAIN` the secrets of one",
  list: "`pprotect list-domains` lists domains, `pprotect list-domain-secrets DOMAIN` the secrets of one",
  show: "`pprotect decrypt-domain DOMAIN --secret SECRET` prints a value",
  get: "`pprotect decrypt-domain DOMAIN --secret SECRET` prints a value",
  read: "`pprotect decrypt-domain DOMAIN --secret SECRET` prints a value",
  cat: "`pprotect decrypt-domain DOMAIN --secret SECRET` prints a value",
  view: "`pprotect decrypt-domain DOMAIN --secret SECRET` prints a value",
  decrypt: "`pprotect decrypt-domain DOMAIN` prints the values of a domain",
  add: "`pprotect add-secret DOMAIN SECRET` adds a secret",
  insert: "`pprotect add-secret DOMAIN SECRET` adds a secret",
  create: "`pprotect add-secret DOMAIN SECRET` adds a secret, `pprotect add-domain DOMAIN` a domain",
  new: "`pprotect add-secret DOMAIN SECRET` adds a secret, `pprotect add-domain DOMAIN` a domain",
  encrypt: "`pprotect add-secret DOMAIN SECRET` encrypts a value into the store",
  set: "`pprotect set-secret DOMAIN SECRET` sets a value",
  put: "`pprotect set-secret DOMAIN SECRET` sets a value",
  write: "`pprotect set-secret DOMAIN SECRET` sets a value",
  update: "`pprotect update-secret DOMAIN SECRET` changes a value",
  edit: "`pprotect update-secret DOMAIN SECRET` changes a value",
  rm: "`pprotect rm-secret DOMAIN SECRET` removes a secret",
  remove: "`pprotect rm-secret DOMAIN SECRET` removes a secret",
  delete: "`pprotect rm-secret DOMAIN SECRET` removes a secret",
  unset: "`pprotect rm-secret DOMAIN SECRET` removes a secret",
  run: "`pprotect exec --domain DOMAIN -- PROGRAM` runs a program with secrets",
  export: "`pprotect env --domain DOMAIN` prints secrets as variables",
  print: "`pprotect env --domain DOMAIN` prints secrets as variables",
  template: "`pprotect inject --domain DOMAIN FILE` fills secrets into a template",
  rotate: "`pprotect rotate-domain-keys DOMAIN` replaces a domain's keys",
  share: "`pprotect add-owner DOMAIN CUSTODIAN` lets a key custodian read a domain",
  grant: "`pprotect add-owner DOMAIN CUSTODIAN` lets a key custodian read a domain",
  revoke: "`pprotect rm-owner DOMAIN CUSTODIAN` removes an owner of a domain",
  login:
    "there is no login: credentials come from --user and --passphrase-file, the environment, a lease (`pprotect unlock`) or a prompt",
  log: "`pprotect git history` shows which commit changed what",
  history: "`pprotect git history` shows which commit changed what",
  install: "`pprotect git install` sets up merging and the pre-commit hook",
  merge: "`pprotect git resolve` finishes a merge",
};

const LISTS_COMMANDS = "`pprotect help` lists the commands";

/** Whether a line has only the first words of commands, as in `pprotect git`, and options that are known. */
export function isPrefix(
  args: readonly string[],
  words: readonly string[],
  { commands }: CommandList,
): boolean {
  const goesOn = commands.some(({ name }) => name.startsWith(`${words.map(dashed).join(" ")} `));
  return words.length > 0 && goesOn && !readLine(args, amongOptions(optionsOf(commands))).some(isUnknown);
}

function isUnknown(word: LineWord): boolean {
  return word.kind === "option" && !word.option;
}

function optionsOf(commands: CommandList["commands"]): readonly OptionDeclaration[] {
  return commands.flatMap(({ options }) => options);
}

/** What is wrong with a line that names no command. */
export function unknownCommand(args: readonly string[], { commands }: CommandList): PprotectError {
  const options = optionsOf(commands);
  const read = readLine(args, amongOptions(options));
  const words = argumentsBeforeEnd(read);
  const first = read.find((each) => each.kind === "argument" || isUnknown(each));
  if (first?.kind === "option") {
    return new PprotectError(
      "usage",
      `unknown option ${displayOption(first.name)}`,
      nearestOption(first.name, options) ?? LISTS_COMMANDS,
    );
  }
  const last = read.at(-1);
  if (last?.kind === "option" && last.option?.value === "required" && last.value === undefined) {
    const message = `${last.name} needs a value: ${last.name} ${last.option.type?.metavar}`;
    return new PprotectError("usage", message, LISTS_COMMANDS);
  }
  const names = commands.map(({ name }) => name);
  const [word, second] = words;
  if (word === undefined) return new PprotectError("usage", "no command given", LISTS_COMMANDS);
  const isPrefix = names.some((name) => name.startsWith(`${dashed(word)} `));
  if (isPrefix && second === undefined) {
    return new PprotectError(
      "usage",
      `${word}: no command given`,
      `\`pprotect help ${word}\` lists its commands`,
    );
  }
  const given = isPrefix ? `${word} ${second}` : word;
  return new PprotectError("usage", `unknown command "${displayName(given)}"`, hintFor(given, words, names));
}

function hintFor(given: string, words: readonly string[], names: readonly string[]): string {
  if (Object.hasOwn(OTHER_TOOLS, given)) return OTHER_TOOLS[given] ?? "";
  const near = suggest(dashed(given), names);
  if (near !== undefined) return `did you mean \`pprotect ${near}\`?`;
  const later = names.find((name) => words.map(dashed).includes(name));
  return later === undefined ? LISTS_COMMANDS : `the command comes first: \`pprotect ${later} ...\``;
}
