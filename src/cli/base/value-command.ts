import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import { requireValidValues, valueProblems } from "../../config/values/required.ts";
import { checkNewSecretName } from "../../store/format/names.ts";
import type { KeyFile } from "../../store/key-file.ts";
import type { SecretPath } from "../../store/secret-path.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import { isTerminal } from "../../system/terminal.ts";
import { flag, option, optionalValueOption } from "../argv/option.ts";
import type { SecretWords } from "../argv/secret-words.ts";
import { FILE, SECRET, text } from "../argv/value-type.ts";
import {
  DEFAULT_GENERATED_LENGTH,
  type GeneratedValue,
  generateValue,
  wantsGenerated,
} from "../input/generated-value.ts";
import type { InputPrompter } from "../input/input-prompter.ts";
import { type ReadValue, readPipedValue, readValueFile } from "../input/secret-value.ts";
import type { Outcome } from "../report/json-envelope.ts";
import { fillIn } from "../report/next-action.ts";
import { SecretCommand } from "./secret-command.ts";

/** A command that sets the value of a secret. It needs no credentials. */
export abstract class ValueCommand extends SecretCommand {
  secretOption = option("--secret-name", SECRET, "the secret, instead of the argument", {
    replaces: "secret",
  });
  valueFile = option(
    "--from-file,--value-file",
    FILE,
    "read the value from a file, byte for byte; - is standard input",
  );
  generate = optionalValueOption(
    "--generate",
    text("LENGTH"),
    `generate a value of LENGTH letters and digits (default: ${DEFAULT_GENERATED_LENGTH})`,
  );
  charset = option("--charset", text("CHARACTERS"), "generate it from these characters instead");
  hex = flag("--hex", "generate hexadecimal digits (default: 64)");
  words = option("--words", text("NUMBER"), "generate this many English words, 11 bits each");
  uuid = flag("--uuid", "generate a random UUID");

  /** Whether the value comes from standard input: questions then go to the terminal, if there is one. */
  #pipedValue = false;

  protected override openPrompter(): InputPrompter | undefined {
    return (this.#pipedValue ? this.openTerminalPrompter() : undefined) ?? super.openPrompter();
  }

  protected override givenSecret(keyFile: KeyFile, ...more: readonly (string | undefined)[]): SecretWords {
    const given = super.givenSecret(keyFile, ...more);
    if (this.secretOption === undefined) return given;
    if (given.secret !== undefined)
      throw new PprotectError("usage", "give the secret as DOMAIN/SECRET or with --secret-name, not both");
    return { ...given, secret: this.secretOption };
  }

  protected async putSecret(
    check: (file: KeyFile, domain: string, secret: string) => void,
    change: (file: KeyFile, domain: string, secret: string, value: string) => KeyFile,
    done: (domain: string, secret: string) => string,
    prepare: (names: SecretPath) => Promise<void> = async () => {},
  ): Promise<Outcome> {
    const keyFile = this.readStore();
    const given = this.givenSecret(keyFile);
    const namesGiven = given.domain !== undefined && given.secret !== undefined;
    this.#pipedValue =
      this.valueFile === "-" || (namesGiven && this.valueFile === undefined && !wantsGenerated(this));
    const { domain, secret } = await this.askForSecret(keyFile, given);
    checkNewSecretName(keyFile.data, secret);
    await (await this.trust(keyFile)).using(keyFile.data, domain, "seal");
    check(keyFile, domain, secret);
    // Rules that cannot be used are reported before a value is asked for.
    await valueProblems(this.storePath, []);
    const { value, bits } = await this.#newValue(namesGiven);
    await requireValidValues(this.storePath, [[secret, value]]);
    await this.tryValue({ domain, secret }, value);
    await prepare({ domain, secret });
    const outcome = await this.update(
      (file) => change(file, domain, secret, value),
      done(displayName(domain), displayName(secret)),
      { domain, secret, ...(bits !== undefined && { generated_bits: bits }) },
    );
    if (bits !== undefined) this.note(`The generated value has ${countNoun(bits, "bit")} of entropy.`);
    return this.withNext(outcome, domain);
  }

  /** What a program may do with a value that was set. */
  protected withNext(outcome: Outcome, domain: string): Outcome {
    return {
      ...outcome,
      nextActions: this.next({
        description: "run a program with the domain's secrets in its environment",
        command: ["exec", `--domain=${domain}`, "--uppercase", "--", fillIn("PROGRAM")],
      }),
    };
  }

  /** The last step before a value is written. @throws PprotectError if it may not be */
  protected async tryValue(_names: SecretPath, _value: string): Promise<void> {}

  #noted({ value, notes }: ReadValue): string {
    for (const note of notes) this.note(note);
    return value;
  }

  /** The value that the line asks for. @param namesGiven whether nothing but the value may be on standard input */
  async #newValue(namesGiven: boolean): Promise<Partial<GeneratedValue> & Pick<GeneratedValue, "value">> {
    hardenProcess();
    if (!wantsGenerated(this)) return { value: await this.#givenValue(namesGiven) };
    if (this.valueFile !== undefined) {
      throw new PprotectError("usage", "give --value-file or --generate, not both");
    }
    return generateValue(this);
  }

  async #givenValue(namesGiven: boolean): Promise<string> {
    if (this.valueFile !== undefined) return this.#noted(readValueFile(this.valueFile));
    if (namesGiven && !isTerminal(0)) return this.#noted(readPipedValue());
    const value = await this.askHidden(
      "Secret value: ",
      "value (--value-file, --generate or standard input)",
    );
    if (value === "") this.note("note: the value is empty");
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
