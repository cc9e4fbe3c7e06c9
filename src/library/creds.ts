import type { Creds as CredsShape } from "../store/credentials.ts";
import { credentialsFromEnvironment } from "./environment-credentials.ts";
import { type Environment, type OnWarning, processWarning } from "./options.ts";

/** Credentials: a key custodian and its passphrase. {@link Creds.fromEnv} reads them from the environment. */
export type Creds = CredsShape;

/** Where {@link Creds.fromEnv} looks. */
export interface CredsFromEnvOptions {
  /** The variables; `process.env` by default. */
  readonly environment?: Environment;
  /** The prefix of the variables; `PPROTECT_ENV_PREFIX`, else `PPROTECT`, by default. */
  readonly prefix?: string;
  /** The store's path, which a passphrase command gets; the nearest `protected.yaml` does not need it. */
  readonly file?: string;
  /** Gets warnings, such as of a passphrase file that others can read; `process.emitWarning` by default. */
  readonly onWarning?: OnWarning;
}

/** Makes {@link Creds}. */
export const Creds = {
  /**
   * Takes a user and a passphrase from the environment, as the command line does: `PPROTECT_USER`, and the first that is
   * set of `PPROTECT_PASSPHRASE`, `PPROTECT_PASSPHRASE_FILE` and `PPROTECT_PASSPHRASE_COMMAND`. The first one decides:
   * a wrong one never falls through to the next. Nothing is asked for, and nothing verified.
   *
   * @returns credentials that do not print the passphrase
   * @throws SecretDecryptionError `missing_credentials` when there are none, or the command fails; PprotectError
   *   `file_error`, `invalid_passphrase`
   */
  async fromEnv(options: CredsFromEnvOptions = {}): Promise<Creds> {
    const { name, passphrase } = await credentialsFromEnvironment({
      environment: options.environment ?? process.env,
      prefix: options.prefix,
      file: options.file ?? "",
      onWarning: options.onWarning ?? processWarning,
    });
    return new HiddenCreds(name, passphrase);
  },
} as const;

/** Credentials whose passphrase is in no JSON, clone or `console.log`. */
class HiddenCreds implements Creds {
  readonly name: string;
  readonly #passphrase: string;

  constructor(name: string, passphrase: string) {
    this.name = name;
    this.#passphrase = passphrase;
  }

  get passphrase(): string {
    return this.#passphrase;
  }
}
