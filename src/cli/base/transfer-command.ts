import { PprotectError } from "../../common/errors.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findDomain, refuseTakenTarget } from "../../store/lookup.ts";
import type { SecretPath } from "../../store/secret-path.ts";
import { optionalArgument } from "../argv/argument.ts";
import { DOMAIN, SECRET_OR_DOMAIN } from "../argv/value-type.ts";
import type { Outcome } from "../report/json-envelope.ts";
import { SecretCommand } from "./secret-command.ts";

/** Seals the value of `from` to the domain of `to`. */
type Transfer = (file: KeyFile, from: SecretPath, to: SecretPath, owner: UnlockedCustodian) => KeyFile;

/** A command that puts a secret into another domain, under the same name. Needs an owner of the first domain. */
export abstract class TransferCommand extends SecretCommand {
  override secretName = optionalArgument(
    "secret",
    SECRET_OR_DOMAIN,
    "the secret, unless it follows the domain's slash; asked for if not given",
  );
  target = optionalArgument("target", DOMAIN, "the domain to put it into; asked for if not given");

  protected async transfer(
    change: Transfer,
    done: (from: SecretPath, target: string) => string,
  ): Promise<Outcome & { readonly from: SecretPath }> {
    const keyFile = this.readStore();
    const given = this.givenExistingSecret(keyFile, this.target);
    const [to] = given.rest;
    if (to !== undefined) this.#check(keyFile, given, to);
    const owner = await this.unlock(keyFile);
    const from = await this.askForSecret(keyFile, given);
    await this.unlockToRead(keyFile, [from.domain]);
    const domain = to ?? (await this.#askForTarget(keyFile, from));
    this.#check(keyFile, from, domain);
    const { secret } = from;
    await this.recordRead(owner, [{ domain: from.domain, name: secret }]);
    const outcome = await this.update(
      (file) => change(file, from, { domain, secret }, owner),
      done(from, domain),
      { domain: from.domain, secret, to: domain },
    );
    return { ...outcome, from };
  }

  #askForTarget(keyFile: KeyFile, from: SecretPath): Promise<string> {
    return this.askChecked("To domain: ", "domain to put it into", (to) => this.#check(keyFile, from, to));
  }

  #check(
    keyFile: KeyFile,
    { domain, secret }: Partial<Record<keyof SecretPath, string | undefined>>,
    to: string,
  ): void {
    findDomain(keyFile.data, to);
    if (domain === to) {
      throw new PprotectError("usage", "the secret is in that domain already", "name another domain");
    }
    if (secret !== undefined) refuseTakenTarget(keyFile.data, to, secret);
  }
}
