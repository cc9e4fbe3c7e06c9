import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findDomain, findSecret } from "../../store/lookup.ts";
import type { SecretPath } from "../../store/secret-path.ts";
import { optionalArgument } from "../argv/argument.ts";
import { option } from "../argv/option.ts";
import { readSecretWords, type SecretWords } from "../argv/secret-words.ts";
import { DOMAIN, SECRET, SECRET_PATH } from "../argv/value-type.ts";
import { BaseCommand } from "./base-command.ts";

/** A command about one secret, given as `DOMAIN SECRET`, `DOMAIN/SECRET`, with `--domain`, or at prompts. */
export abstract class SecretCommand extends BaseCommand {
  domainOption = option("--domain", DOMAIN, "the domain, instead of the argument", { replaces: "domain" });
  firstName = optionalArgument("domain", SECRET_PATH, "the domain, or DOMAIN/SECRET; asked for if not given");
  secretName: string | undefined = optionalArgument(
    "secret",
    SECRET,
    "the secret, unless it follows the domain's slash; asked for if not given",
  );

  /**
   * The names on the line: a domain must exist.
   * @param more the command's further arguments
   * @throws PprotectError `no_such_domain`
   */
  protected givenSecret(keyFile: KeyFile, ...more: readonly (string | undefined)[]): SecretWords {
    const given = [this.firstName, this.secretName, ...more].filter((word) => word !== undefined);
    const words = readSecretWords(this.domainOption, given, 2 + more.length);
    if (words.domain !== undefined) this.#requireDomain(keyFile, words.domain);
    return words;
  }

  /** {@link givenSecret} where the secret must exist too. @throws PprotectError `no_such_domain`, `no_such_secret` */
  protected givenExistingSecret(keyFile: KeyFile, ...more: readonly (string | undefined)[]): SecretWords {
    const given = this.givenSecret(keyFile, ...more);
    const { domain, secret } = given;
    if (domain !== undefined && secret !== undefined)
      findSecret(domain, findDomain(keyFile.data, domain), secret);
    return given;
  }

  /** The domain, which must exist, and the secret's name; asks for what is missing. */
  protected async askForSecret(keyFile: KeyFile, { domain, secret }: SecretWords): Promise<SecretPath> {
    const inDomain = domain ?? (await this.askForDomain(keyFile));
    const name = secret ?? (await this.ask("Secret name: ", "secret name"));
    if (name === "") throw new PprotectError("usage", "no secret name given");
    return { domain: inDomain, secret: name };
  }

  #requireDomain(keyFile: KeyFile, domain: string): void {
    const { domains } = keyFile.data;
    const whole = this.firstName ?? "";
    if (!domains.has(domain) && domain !== whole && domains.has(whole)) {
      throw new PprotectError(
        "no_such_domain",
        `no domain "${displayName(domain)}": a name with a slash is DOMAIN/SECRET`,
        `for domain "${displayName(whole)}", use --domain, or name the secret too`,
      );
    }
    findDomain(keyFile.data, domain);
  }
}
