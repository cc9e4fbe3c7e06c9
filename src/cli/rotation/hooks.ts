import { PprotectError } from "../../common/errors.ts";
import { LEASE_VARIABLE } from "../../common/lease-variable.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { type Config, configPath } from "../../config/config.ts";
import { credentialVariables } from "../../credentials/environment-names.ts";
import { areAccepted, type ConfiguredHooks, configuredHooks } from "../../exec/rotation/accepted-hooks.ts";
import type { Hook } from "../../exec/rotation/hook.ts";
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
export function acceptedCommand(store: string, config: Config, command: string): string {
  if (areAccepted(hooksOf(store, config), stateDirectory(process.env))) return command;
  throw new PprotectError(
    "untrusted_hooks",
    `the commands in ${escapeUnprintable(configPath(store))} are not accepted, or were changed since`,
    "`pprotect trust --hooks` shows and accepts them; in CI, give the command itself with --via and --verify",
  );
}

/** How a command of the user's is run for a secret. @param prefixes of credential variables, which it must not inherit */
export function hookFor(
  command: string,
  { domain, secret }: { readonly domain: string; readonly secret: string },
  { prefixes, timeoutMs }: { readonly prefixes: readonly string[]; readonly timeoutMs: number },
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
  return { command, domain, secret, environment, timeoutMs, show };
}
