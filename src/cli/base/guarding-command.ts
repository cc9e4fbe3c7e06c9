import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { GuardOptions } from "../../git/guard/guard.ts";
import type { OwnSecret } from "../../git/guard/own-secrets.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { readStoreFile } from "../../store/store-file.ts";
import { absolutePath } from "../../system/path-text.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import type { SearchedStore } from "../reading/own-secrets.ts";
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
      return await ownSecretsAtHand(() => this.#searchedStores(), givenCredentials, reader);
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      givenCredentials.warn(`values of stores were not searched: ${error.message}`);
      return [];
    }
  }

  /** The store, if there is one, and the others of the repository. One that cannot be read is warned about. */
  async #searchedStores(): Promise<readonly SearchedStore[]> {
    const { otherStores } = await import("../reading/other-stores.ts");
    const read = (file: string, keyFile: () => KeyFile): SearchedStore[] => {
      try {
        return [{ file, keyFile: keyFile() }];
      } catch (error) {
        if (!(error instanceof PprotectError)) throw error;
        if (error.code !== "store_missing")
          this.givenCredentials.warn(`values of ${displayName(file)} were not searched: ${error.message}`);
        return [];
      }
    };
    const others = await otherStores(this.storePath, this.givenCredentials.warn);
    return [
      ...read(this.storePath, () => this.readStore()),
      ...others.flatMap((file) => read(file, () => readStoreFile(absolutePath(file), file))),
    ];
  }
}
