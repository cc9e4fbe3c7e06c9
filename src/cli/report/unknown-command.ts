import { PprotectError } from "../../common/errors.ts";
import { suggest } from "../../common/suggest.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { displayOption, nearestOption } from "../argv/check-line.ts";
import type { CommandList } from "../argv/command-list.ts";
import { longName, type OptionDeclaration } from "../argv/declaration.ts";
import { amongOptions, argumentsBeforeEnd, dashed, type LineWord, readLine } from "../argv/line.ts";

const LISTS =
  "`pprotect list-domains` lists domains, `pprotect list-domain-secrets DOMAIN` the secrets of one";
const GETS = "`pprotect get DOMAIN/SECRET` prints a value";
const ADDS = "`pprotect add-secret DOMAIN SECRET` adds a secret";
const SETS = "`pprotect set-secret DOMAIN SECRET` sets a value";
const REMOVES = "`pprotect rm-secret DOMAIN SECRET` removes a secret";
const GRANTS = "`pprotect add-owner DOMAIN CUSTODIAN` lets a key custodian read a domain";
const HISTORY = "`pprotect git history` shows which commit changed what";
const CUSTODIANS =
  "`pprotect list-custodians` lists the key custodians, `pprotect list-owners` the owners of each domain";
const PASSPHRASE = "`pprotect set-key-custodian-passphrase` changes your passphrase";
const CHECKS = "`pprotect check` validates the store";

/** What the words of other tools are here: none is a command of ours. */
export const OTHER_TOOLS: Readonly<Record<string, string>> = {
  ls: LISTS,
  list: LISTS,
  domains: LISTS,
  secrets: LISTS,
  "list-secrets": LISTS,
  "get-secret": GETS,
  "show-secret": GETS,
  "read-secret": GETS,
  show: GETS,
  read: GETS,
  cat: GETS,
  view: GETS,
  decrypt: "`pprotect decrypt-domain DOMAIN` prints the values of a domain",
  add: ADDS,
  insert: ADDS,
  create: `${ADDS}, \`pprotect add-domain DOMAIN\` a domain`,
  new: `${ADDS}, \`pprotect add-domain DOMAIN\` a domain`,
  encrypt: "`pprotect add-secret DOMAIN SECRET` encrypts a value into the store",
  set: SETS,
  put: SETS,
  write: SETS,
  update: "`pprotect update-secret DOMAIN SECRET` changes a value",
  rm: REMOVES,
  remove: REMOVES,
  delete: REMOVES,
  unset: REMOVES,
  "delete-secret": REMOVES,
  "remove-secret": REMOVES,
  "remove-domain": "`pprotect rm-domain DOMAIN` removes a domain and all of its secrets",
  "delete-domain": "`pprotect rm-domain DOMAIN` removes a domain and all of its secrets",
  cp: "`pprotect copy-secret DOMAIN/SECRET DOMAIN` copies a secret to another domain",
  mv: "`pprotect rename-secret DOMAIN/SECRET NAME` renames a secret, `pprotect move-secret DOMAIN/SECRET DOMAIN` moves it to another domain",
  run: "`pprotect exec --domain DOMAIN -- PROGRAM` runs a program with secrets",
  print: "`pprotect env --domain DOMAIN` prints secrets as variables",
  template: "`pprotect inject --domain DOMAIN FILE` fills secrets into a template",
  share: GRANTS,
  grant: GRANTS,
  owners: "`pprotect list-owners` lists the owners of each domain",
  users: CUSTODIANS,
  custodians: CUSTODIANS,
  passwd: PASSPHRASE,
  "change-passphrase": PASSPHRASE,
  login:
    "there is no login: credentials come from --user and --passphrase-file, the environment, a lease (`pprotect unlock`) or a prompt",
  logout: "`pprotect lock` ends what `pprotect unlock` started",
  log: HISTORY,
  history: HISTORY,
  install: "`pprotect git install` sets up merging and the pre-commit hook",
  merge: "`pprotect git resolve` finishes a merge",
  validate: CHECKS,
  verify: CHECKS,
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
      nearestOption(first.name, [...options.map(longName), "--help", "--version"]) ?? LISTS_COMMANDS,
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
