import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import type { GuardOptions } from "../../git/guard/guard.ts";
import type { OwnSecret } from "../../git/guard/own-secrets.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import { BaseCommand } from "./base-command.ts";

/** A command that runs the guard against plaintext. */
export abstract class GuardingCommand extends BaseCommand {
  /** What the guard of staged files knows: also the values of secrets, if they can be opened. */
  protected readonly guardOptions = lazy(
    (): GuardOptions => ({
      prefixes: this.credentialPrefixes,
      ownSecrets: lazy(() => this.#ownSecrets()),
    }),
  );

  async #ownSecrets(): Promise<readonly OwnSecret[]> {
    hardenProcess();
    const { ownSecretsAtHand } = await import("../reading/own-secrets.ts");
    const { readerOf } = await import("../reading/reader.ts");
    const { givenCredentials } = this;
    const reader = readerOf(givenCredentials, await this.recorder());
    try {
      return await ownSecretsAtHand(() => this.readStore(), givenCredentials, reader);
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      if (error.code !== "store_missing")
        givenCredentials.warn(`values of the store were not searched: ${error.message}`);
      return [];
    }
  }
}
