import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { checkSecretName } from "../../store/format/names.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import { isTerminal } from "../../system/terminal.ts";
import { optionalArgument } from "../argv/argument.ts";
import { option, optionalValueOption } from "../argv/option.ts";
import { FILE, SECRET, text } from "../argv/value-type.ts";
import type { InputPrompter } from "../input/prompt.ts";
import {
  DEFAULT_GENERATED_LENGTH,
  generateValue,
  type ReadValue,
  readPipedValue,
  readValueFile,
} from "../input/secret-value.ts";
import type { Outcome } from "../report/json-envelope.ts";
import { DomainCommand } from "./domain-command.ts";

/** A command that sets the value of a secret. It needs no credentials. */
export abstract class ValueCommand extends DomainCommand {
  secretName: string | undefined = optionalArgument("secret", SECRET, "the secret; asked for if not given");
  valueFile = option("--value-file", FILE, "read the value from a file, byte for byte; - is standard input");
  generate = optionalValueOption(
    "--generate",
    text("LENGTH"),
    `generate a value of LENGTH letters and digits (default: ${DEFAULT_GENERATED_LENGTH})`,
  );

  /** Standard input is the value where that is piped in. */
  protected override openPrompter(): InputPrompter | undefined {
    const isValue =
      this.valueFile === "-" || (this.#namesGiven && this.valueFile === undefined && !this.generate);
    return (isValue ? this.openTerminalPrompter() : undefined) ?? super.openPrompter();
  }

  get #namesGiven(): boolean {
    return (
      [this.domainOption, this.firstName, this.secretName].filter((name) => name !== undefined).length >= 2
    );
  }

  protected async putSecret(
    check: (file: KeyFile, domain: string, secret: string) => void,
    change: (file: KeyFile, domain: string, secret: string, value: string) => KeyFile,
    done: (domain: string, secret: string) => string,
  ): Promise<Outcome> {
    const keyFile = this.readStore();
    const [domain, secret] = await this.domainAndName(
      keyFile,
      this.secretName,
      "Secret name: ",
      "secret name",
    );
    checkSecretName(secret);
    check(keyFile, domain, secret);
    const value = await this.#value();
    const outcome = await this.update(
      (file) => change(file, domain, secret, value),
      done(displayName(domain), displayName(secret)),
      { domain, secret },
    );
    return {
      ...outcome,
      nextActions: this.next({
        description: "run a program with the domain's secrets in its environment",
        command: ["exec", `--domain=${domain}`, "--uppercase", "--", "PROGRAM"],
      }),
    };
  }

  #noted({ value, notes }: ReadValue): string {
    for (const note of notes) this.note(note);
    return value;
  }

  async #value(): Promise<string> {
    hardenProcess();
    if (this.valueFile !== undefined && this.generate !== undefined) {
      throw new PprotectError("usage", "give --value-file or --generate, not both");
    }
    if (this.valueFile !== undefined) return this.#noted(readValueFile(this.valueFile));
    if (this.generate !== undefined) {
      return generateValue(
        typeof this.generate === "string" ? Number(this.generate) : DEFAULT_GENERATED_LENGTH,
      );
    }
    if (this.#namesGiven && !isTerminal(0)) return this.#noted(readPipedValue());
    const value = await this.askHidden(
      "Secret value: ",
      "value (--value-file, --generate or standard input)",
    );
    if (this.prompter?.hasMore()) {
      throw new PprotectError(
        "invalid_value",
        "the pasted value has several lines, but a prompt takes one; nothing was changed",
        "use --value-file or a pipe",
      );
    }
    return value;
  }
}
