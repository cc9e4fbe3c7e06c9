import { resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { GivenCredentials } from "./cascade.ts";
import { credentialVariables, environmentNames } from "./environment-names.ts";
import { passphraseFromFile } from "./passphrase-file.ts";

/** The source of a passphrase that needs no prompt; nothing was read yet. */
export type GivenPassphrase =
  | { readonly kind: "value"; readonly value: string; readonly source: string }
  | { readonly kind: "file"; readonly path: string; readonly source: string }
  | { readonly kind: "command"; readonly command: string; readonly source: string };

/**
 * The first source that is configured: an option, else a variable. It decides: one that fails or is wrong never falls
 * through to the next.
 *
 * @throws PprotectError `usage` for two options
 */
export function givenPassphrase({
  passphraseFile,
  passphraseCommand,
  environment,
  environmentPrefix,
}: GivenCredentials): GivenPassphrase | undefined {
  if (passphraseFile !== undefined && passphraseCommand !== undefined)
    throw new PprotectError("usage", "give --passphrase-file or --passphrase-command, not both");
  if (passphraseFile !== undefined) return file(passphraseFile);
  if (passphraseCommand !== undefined)
    return { kind: "command", command: passphraseCommand, source: "--passphrase-command" };
  const names = environmentNames(environmentPrefix);
  const value = environment?.[names.passphrase];
  if (value !== undefined) return { kind: "value", value, source: variable(names.passphrase) };
  const path = environment?.[names.passphraseFile];
  if (path !== undefined) return file(path, ` (${names.passphraseFile})`);
  const command = environment?.[names.passphraseCommand];
  return command === undefined ? undefined : { kind: "command", command, source: names.passphraseCommand };
}

function file(path: string, from = ""): GivenPassphrase {
  return { kind: "file", path, source: `the file ${displayName(path)}${from}` };
}

function variable(name: string): string {
  return `the environment variable ${name}`;
}

/**
 * Reads a passphrase from its source.
 *
 * @param user whose passphrase it is
 * @throws PprotectError `file_error`, `invalid_passphrase`, `missing_credentials`
 */
export async function readGivenPassphrase(
  given: GivenPassphrase,
  user: string,
  sources: GivenCredentials,
): Promise<{ readonly value: string; readonly source: string }> {
  const { source } = given;
  const { file: store, environmentPrefix } = sources;
  switch (given.kind) {
    case "value":
      return { value: given.value, source };
    case "file":
      return { value: await passphraseFromFile(given.path, sources), source };
    case "command": {
      const { passphraseFromCommand } = await import("./passphrase-command.ts");
      const context = {
        user,
        store: resolve(store),
        environment: process.env,
        withheld: credentialVariables(environmentPrefix),
      };
      const value = await passphraseFromCommand(given.command, source, context);
      return { value, source: `the command of ${source}` };
    }
  }
}
