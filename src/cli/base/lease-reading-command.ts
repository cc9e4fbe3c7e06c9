import type { OpenedByLeases } from "../../lease/client.ts";
import type { WantedDomain } from "../../lease/cover.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import { realpathOfExistingPrefix } from "../../system/real-path.ts";
import { BaseCommand } from "./base-command.ts";

/** Sealed values of a domain, as one version of a store has them. */
type SealedValues = Omit<WantedDomain, "store">;

/** A command that opens sealed values with leases where `openSecrets` does not serve: not all have to open. */
export abstract class LeaseReadingCommand extends BaseCommand {
  /**
   * Opens sealed values with leases that cover all of them, and records it.
   *
   * @param path the store, which need not be there
   * @returns the values in the same order, or the error of each that does not open; `undefined` where a passphrase was
   *   given, and where no lease covers them: a message says why
   * @throws PprotectError as `openWithLeases`; `file_error` when the access log is required and cannot be written
   */
  protected async openByLeases(
    path: string,
    sealed: readonly SealedValues[],
  ): Promise<OpenedByLeases["values"] | undefined> {
    hardenProcess();
    const { openByLeases, recordLeases } = await import("../reading/open-secrets.ts");
    const { readerOf } = await import("../reading/reader.ts");
    const { namesOf } = await import("../../lease/access-log/recorder.ts");
    const recorder = await this.recorder();
    recorder.check();
    const store = realpathOfExistingPrefix(path);
    const wanted = sealed.map((each) => ({ store, ...each }));
    const opened = await openByLeases(wanted, readerOf(this.givenCredentials, recorder));
    if (!opened) return undefined;
    const names = sealed.flatMap(({ domain, boxes }) => boxes.map(([name]) => ({ domain, name })));
    const keysOf = ({ domain }: { readonly domain: string }): string[] =>
      sealed.flatMap((each) => (each.domain === domain ? [each.publicKey] : []));
    await recordLeases(recorder, opened.leases, { domains: namesOf(store, names) }, keysOf);
    return opened.values;
  }
}
