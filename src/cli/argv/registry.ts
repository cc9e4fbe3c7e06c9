import type { BaseCommand } from "../base/base-command.ts";
import { hidingStreams } from "../startup/hidden-streams.ts";
import { type CommandDescription, type CommandType, describeCommand } from "./command-declaration.ts";
import { type Declarations, declarationsOf } from "./declaration.ts";
import { amongOptions, argumentsBeforeEnd, beginsWith, dashed, type LineWord, readLine } from "./line.ts";
import { ownArguments } from "./normalize.ts";
import { OTHER_NAMES, withOtherNames } from "./other-names.ts";

type Load = () => Promise<{ readonly default: CommandType }>;

/** Every command, in the order of the help: its words on the line, and its module. Only the one that is asked for is loaded. */
const COMMANDS: readonly (readonly [name: string, load: Load])[] = [
  ["init", () => import("../commands/general/init.ts")],
  ["check", () => import("../commands/general/check.ts")],
  ["list-audit-log", () => import("../commands/general/list-audit-log.ts")],
  ["truncate-audit-log", () => import("../commands/general/truncate-audit-log.ts")],
  ["add-key-custodian", () => import("../commands/access/add-key-custodian.ts")],
  ["rm-key-custodian", () => import("../commands/access/rm-key-custodian.ts")],
  ["list-custodians", () => import("../commands/access/list-custodians.ts")],
  ["list-user-secrets", () => import("../commands/access/list-user-secrets.ts")],
  ["set-key-custodian-passphrase", () => import("../commands/access/set-key-custodian-passphrase.ts")],
  ["rekey-custodian", () => import("../commands/access/rekey-custodian.ts")],
  ["access", () => import("../commands/access/access.ts")],
  ["keyring set", () => import("../commands/keyring/set.ts")],
  ["keyring rm", () => import("../commands/keyring/rm.ts")],
  ["keyring status", () => import("../commands/keyring/status.ts")],
  ["offboard", () => import("../commands/access/offboard.ts")],
  ["trust", () => import("../commands/access/trust.ts")],
  ["add-domain", () => import("../commands/domain/add-domain.ts")],
  ["list-domains", () => import("../commands/domain/list-domains.ts")],
  ["list-owners", () => import("../commands/domain/list-owners.ts")],
  ["add-owner", () => import("../commands/domain/add-owner.ts")],
  ["rm-owner", () => import("../commands/domain/rm-owner.ts")],
  ["migrate-owner", () => import("../commands/domain/migrate-owner.ts")],
  ["rotate-domain-keys", () => import("../commands/domain/rotate-domain-keys.ts")],
  ["rename-domain", () => import("../commands/domain/rename-domain.ts")],
  ["rm-domain", () => import("../commands/domain/rm-domain.ts")],
  ["add-secret", () => import("../commands/secret/add-secret.ts")],
  ["update-secret", () => import("../commands/secret/update-secret.ts")],
  ["set-secret", () => import("../commands/secret/set-secret.ts")],
  ["rotate", () => import("../commands/secret/rotate.ts")],
  ["edit", () => import("../commands/secret/edit.ts")],
  ["rm-secret", () => import("../commands/secret/rm-secret.ts")],
  ["get", () => import("../commands/secret/get.ts")],
  ["rename-secret", () => import("../commands/secret/rename-secret.ts")],
  ["copy-secret", () => import("../commands/secret/copy-secret.ts")],
  ["move-secret", () => import("../commands/secret/move-secret.ts")],
  ["restore-secret", () => import("../commands/secret/restore-secret.ts")],
  ["import", () => import("../commands/secret/import.ts")],
  ["list-domain-secrets", () => import("../commands/secret/list-domain-secrets.ts")],
  ["list-all-secrets", () => import("../commands/secret/list-all-secrets.ts")],
  ["diff", () => import("../commands/secret/diff.ts")],
  ["decrypt-domain", () => import("../commands/secret/decrypt-domain.ts")],
  ["exec", () => import("../commands/run/exec.ts")],
  ["env", () => import("../commands/run/env.ts")],
  ["export", () => import("../commands/run/export.ts")],
  ["inject", () => import("../commands/run/inject.ts")],
  ["redact", () => import("../commands/run/redact.ts")],
  ["cleanup", () => import("../commands/run/cleanup.ts")],
  ["unlock", () => import("../commands/lease/unlock.ts")],
  ["lock", () => import("../commands/lease/lock.ts")],
  ["lease", () => import("../commands/lease/lease.ts")],
  ["revoke", () => import("../commands/lease/revoke.ts")],
  ["status", () => import("../commands/lease/status.ts")],
  ["audit", () => import("../commands/lease/audit.ts")],
  ["agent install", () => import("../commands/agent/install.ts")],
  ["agent status", () => import("../commands/agent/status.ts")],
  ["agent uninstall", () => import("../commands/agent/uninstall.ts")],
  ["leak", () => import("../commands/secret/leak.ts")],
  ["git install", () => import("../commands/git/install.ts")],
  ["git status", () => import("../commands/git/status.ts")],
  ["git uninstall", () => import("../commands/git/uninstall.ts")],
  ["git resolve", () => import("../commands/git/resolve.ts")],
  ["git restore-log", () => import("../commands/git/restore-log.ts")],
  ["git history", () => import("../commands/git/history.ts")],
  ["git summary", () => import("../commands/git/summary.ts")],
  ["git check", () => import("../commands/git/check.ts")],
  ["git pre-commit", () => import("../commands/git/pre-commit.ts")],
  ["git commit-msg", () => import("../commands/git/commit-msg.ts")],
  ["git pre-push", () => import("../commands/git/pre-push.ts")],
  ["git pre-receive", () => import("../commands/git/pre-receive.ts")],
  ["git merge-driver", () => import("../commands/git/merge-driver.ts")],
  ["git textconv", () => import("../commands/git/textconv.ts")],
  ["scan", () => import("../commands/general/scan.ts")],
  ["doctor", () => import("../commands/general/doctor.ts")],
  ["completion", () => import("../commands/general/completion.ts")],
  ["version", () => import("../commands/general/version.ts")],
  ["help", () => import("../commands/general/help.ts")],
];

/** The words of every command, as typed, in the order of the help. */
export function commandNames(): string[] {
  return COMMANDS.map(([name]) => name);
}

/** A command with its class. */
export interface LoadedCommand {
  readonly name: string;
  readonly type: CommandType;
  /** What its line's values are put into; until then, its properties are their declarations. */
  readonly instance: BaseCommand;
  readonly declarations: Declarations;
  readonly description: CommandDescription;
}

/** Every command. Needed for lists of all of them only: it takes longer than most commands do. */
export async function loadAll(): Promise<LoadedCommand[]> {
  return load(COMMANDS);
}

/** The command that a line begins with, and what each word of the line is. */
export interface FoundCommand extends LoadedCommand {
  /** The name that it is listed under: `name` is as typed, and may be a second one. */
  readonly listedName: string;
  readonly read: readonly LineWord[];
}

/**
 * The command that a line names, wherever options are between or before its words. Loads the commands whose words are
 * on the line: the right one and rarely another.
 */
export async function findCommand(args: readonly string[]): Promise<FoundCommand | undefined> {
  const given = new Set(ownArguments(args).map(dashed));
  const others = withNameAmong(given, OTHER_NAMES).map(([, name]) => name);
  const candidates = [
    ...withNameAmong(given, COMMANDS),
    ...others.flatMap((other) => COMMANDS.filter(([name]) => name === other)),
  ];
  return withOtherNames(await load(candidates))
    .map(({ description, ...command }) => ({
      ...command,
      listedName: description.name,
      description: { ...description, name: command.name },
    }))
    .map((command) => ({ ...command, read: readLine(args, amongOptions(command.description.options)) }))
    .filter(({ name, read }) => beginsWith(argumentsBeforeEnd(read), name))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

/** Those whose name, the first of each, consists of these words. */
function withNameAmong<Named extends readonly [name: string, ...others: unknown[]]>(
  words: ReadonlySet<string>,
  all: readonly Named[],
): Named[] {
  const found: Named[] = [];
  // No callback for each: what is called 33 times is compiled, which takes longer than all of these calls.
  for (const each of all) {
    let isFound = true;
    for (const word of each[0].split(" ")) if (!words.has(word)) isFound = false;
    if (isFound) found.push(each);
  }
  return found;
}

async function load(commands: typeof COMMANDS): Promise<LoadedCommand[]> {
  return hidingStreams(() =>
    Promise.all(
      commands.map(async ([name, loadModule]) => {
        const type = (await loadModule()).default;
        const instance = new type();
        const declarations = declarationsOf(instance);
        const description = describeCommand(name, type.declaration, declarations);
        return { name, type, instance, declarations, description };
      }),
    ),
  );
}
