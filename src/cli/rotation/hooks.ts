import { dirname } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { LEASE_VARIABLE } from "../../common/lease-variable.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { type Config, configPath } from "../../config/config.ts";
import { credentialVariables } from "../../credentials/environment-names.ts";
import { areAccepted, type ConfiguredHooks, configuredHooks } from "../../exec/rotation/accepted-hooks.ts";
import type { Hook } from "../../exec/rotation/hook.ts";
import type { SecretPath } from "../../store/secret-path.ts";
import { realpathOfExistingPrefix } from "../../system/real-path.ts";
import { stateDirectory } from "../../system/state-directory.ts";

/** The commands that the configuration beside a store names. */
export function hooksOf(store: string, config: Config): ConfiguredHooks {
  return configuredHooks(realpathOfExistingPrefix(configPath(store)), config.rotation);
}

/**
 * A command of the configuration, where the user accepted its commands.
 * @throws PprotectError `untrusted_hooks`
 */
export function acceptedCommand(store: string, config: Config, command: string): GivenCommand {
  const hooks = hooksOf(store, config);
  if (areAccepted(hooks, stateDirectory(process.env))) return { command, directory: dirname(hooks.config) };
  throw new PprotectError(
    "untrusted_hooks",
    `the commands in ${escapeUnprintable(configPath(store))} are not accepted, or were changed since`,
    "`pprotect trust --hooks` shows and accepts them; in CI, give the command itself with --via and --verify",
  );
}

/** A command that is run for a secret, and where. */
export interface GivenCommand {
  readonly command: string;
  /** Of a configuration: beside it, where the files are that the user has accepted. */
  readonly directory: string | undefined;
}

/** How commands are run. */
export interface HookSettings {
  /** Of credential variables, which a command must not inherit. */
  readonly prefixes: readonly string[];
  readonly timeoutMs: number;
  readonly note: (message: string) => void;
}

/** How a command of the user's is run for a secret. */
export function hookFor(
  { command, directory }: GivenCommand,
  { domain, secret }: SecretPath,
  { prefixes, timeoutMs, note }: HookSettings,
): Hook {
  const withheld = new Set([...credentialVariables(...prefixes), LEASE_VARIABLE]);
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || withheld.has(name) ? [] : [[name, value]],
    ),
  );
  const show = (output: Uint8Array): void => {
    if (output.length > 0) process.stderr.write(output);
  };
  return { command, directory, domain, secret, environment, timeoutMs, show, note };
}
