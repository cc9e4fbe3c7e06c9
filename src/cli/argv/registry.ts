import type { CommandClass } from "clipanion";
import { hidingStreams } from "../startup/hidden-streams.ts";

/** A command's words on the line, and how to load it. */
interface Entry {
  readonly path: readonly string[];
  readonly load: () => Promise<CommandClass>;
}

/** Every command. Only the one that is asked for is loaded: that is most of a short command's time. */
const ENTRIES: readonly Entry[] = [
  entry("init", async () => (await import("../commands/general/init.ts")).InitCommand),
  entry("version", async () => (await import("../commands/general/version.ts")).VersionCommand),
  entry("check", async () => (await import("../commands/general/check.ts")).CheckCommand),
  entry("completion", async () => (await import("../commands/general/completion.ts")).CompletionCommand),
  entry(
    "list-audit-log",
    async () => (await import("../commands/general/list-audit-log.ts")).ListAuditLogCommand,
  ),
  entry(
    "truncate-audit-log",
    async () => (await import("../commands/general/truncate-audit-log.ts")).TruncateAuditLogCommand,
  ),
  entry(
    "add-key-custodian",
    async () => (await import("../commands/access/add-key-custodian.ts")).AddKeyCustodianCommand,
  ),
  entry(
    "rm-key-custodian",
    async () => (await import("../commands/access/rm-key-custodian.ts")).RmKeyCustodianCommand,
  ),
  entry(
    "list-user-secrets",
    async () => (await import("../commands/access/list-user-secrets.ts")).ListUserSecretsCommand,
  ),
  entry(
    "set-key-custodian-passphrase",
    async () =>
      (await import("../commands/access/set-key-custodian-passphrase.ts")).SetKeyCustodianPassphraseCommand,
  ),
  entry(
    "rekey-custodian",
    async () => (await import("../commands/access/rekey-custodian.ts")).RekeyCustodianCommand,
  ),
  entry("add-domain", async () => (await import("../commands/domain/add-domain.ts")).AddDomainCommand),
  entry("add-owner", async () => (await import("../commands/domain/add-owner.ts")).AddOwnerCommand),
  entry("list-domains", async () => (await import("../commands/domain/list-domains.ts")).ListDomainsCommand),
  entry(
    "rotate-domain-keys",
    async () => (await import("../commands/domain/rotate-domain-keys.ts")).RotateDomainKeysCommand,
  ),
  entry(
    "migrate-owner",
    async () => (await import("../commands/domain/migrate-owner.ts")).MigrateOwnerCommand,
  ),
  entry("rm-owner", async () => (await import("../commands/domain/rm-owner.ts")).RmOwnerCommand),
  entry("rm-domain", async () => (await import("../commands/domain/rm-domain.ts")).RmDomainCommand),
  entry("add-secret", async () => (await import("../commands/secret/add-secret.ts")).AddSecretCommand),
  entry(
    "list-domain-secrets",
    async () => (await import("../commands/secret/list-domain-secrets.ts")).ListDomainSecretsCommand,
  ),
  entry(
    "list-all-secrets",
    async () => (await import("../commands/secret/list-all-secrets.ts")).ListAllSecretsCommand,
  ),
  entry(
    "update-secret",
    async () => (await import("../commands/secret/update-secret.ts")).UpdateSecretCommand,
  ),
  entry("set-secret", async () => (await import("../commands/secret/set-secret.ts")).SetSecretCommand),
  entry("rm-secret", async () => (await import("../commands/secret/rm-secret.ts")).RmSecretCommand),
  entry(
    "decrypt-domain",
    async () => (await import("../commands/secret/decrypt-domain.ts")).DecryptDomainCommand,
  ),
  entry("git resolve", async () => (await import("../commands/git/resolve.ts")).GitResolveCommand),
  entry("redact", async () => (await import("../commands/run/redact.ts")).RedactCommand),
  entry("env", async () => (await import("../commands/run/env.ts")).EnvCommand),
  entry("inject", async () => (await import("../commands/run/inject.ts")).InjectCommand),
  entry("cleanup", async () => (await import("../commands/run/cleanup.ts")).CleanupCommand),
  entry("exec", async () => (await import("../commands/run/exec.ts")).ExecCommand),
  entry(
    "git merge-driver",
    async () => (await import("../commands/git/merge-driver.ts")).GitMergeDriverCommand,
  ),
  entry("git textconv", async () => (await import("../commands/git/textconv.ts")).GitTextconvCommand),
  entry("git history", async () => (await import("../commands/git/history.ts")).GitHistoryCommand),
  entry("git install", async () => (await import("../commands/git/install.ts")).GitInstallCommand),
  entry("git uninstall", async () => (await import("../commands/git/uninstall.ts")).GitUninstallCommand),
  entry("git status", async () => (await import("../commands/git/status.ts")).GitStatusCommand),
  entry("git pre-commit", async () => (await import("../commands/git/pre-commit.ts")).GitPreCommitCommand),
  entry("git check", async () => (await import("../commands/git/check.ts")).GitCheckCommand),
];

function entry(words: string, load: () => Promise<CommandClass>): Entry {
  return { path: words.split(" "), load };
}

/** The words of every command, as typed. */
export function commandNames(): string[] {
  return ENTRIES.map(({ path }) => path.join(" "));
}

/** The command whose words stand first among the arguments, however wrong the line is otherwise. */
export function commandAmong(args: readonly string[]): string | undefined {
  const place = (name: string): number => args.indexOf(name.split(" ")[0] ?? "");
  return commandNames()
    .filter((name) => name.split(" ").every((word) => args.includes(word)))
    .toSorted((a, b) => place(a) - place(b))[0];
}

/**
 * The commands whose words stand among the arguments: the right one and rarely any other. The parser decides.
 */
export async function loadMatching(args: readonly string[]): Promise<CommandClass[]> {
  const given = new Set(args);
  return load(ENTRIES.filter(({ path }) => path.every((word) => given.has(word))));
}

/** The command of that name. */
export async function loadNamed(name: string): Promise<CommandClass[]> {
  return load(ENTRIES.filter(({ path }) => path.join(" ") === name));
}

export async function loadAll(): Promise<CommandClass[]> {
  return load(ENTRIES);
}

async function load(entries: readonly Entry[]): Promise<CommandClass[]> {
  return hidingStreams(async () => [...new Set(await Promise.all(entries.map((each) => each.load())))]);
}
