import { PprotectError } from "../../../common/errors.ts";
import { jsonField } from "../../../common/json-field.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { absolutePath } from "../../../system/path-text.ts";
import { isTerminal } from "../../../system/terminal.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option } from "../../argv/option.ts";
import { text } from "../../argv/value-type.ts";
import { SecretCommand } from "../../base/secret-command.ts";
import { CLIP_SECONDS } from "../../reading/clip-seconds.ts";
import type { CopyValue } from "../../reading/clipboard.ts";
import type { NextAction, Outcome, Result } from "../../report/json-envelope.ts";
import { writeOut } from "../../report/output.ts";

export default class GetCommand extends SecretCommand {
  static readonly declaration: CommandDeclaration = {
    plaintext: true,
    group: "secrets",
    summary: "print the value of a secret, to the byte",
    details: "At a terminal a line end follows the value.",
    everyday: true,
    examples: [
      ["One value", "$0 get prod/db-password"],
      ["As it was before the last commit", "$0 get prod/db-password --rev HEAD~1"],
      ["A field of a JSON value", "$0 get prod/db --field credentials.password"],
      ["Into the clipboard, for 45 seconds", "$0 get prod/db-password --clip"],
      ["For a client that `status` and `revoke` name", "$0 get dev/token --ttl 30m --client-id agent-7"],
    ],
  };

  rev = option("--rev", text("REV"), "the value in this commit instead, from git's history");
  field = option("--field", text("PATH"), "this field of a JSON value: names and indexes joined by dots");
  clip = flag(
    "--clip",
    "put it into the clipboard, which is cleared after 45 seconds, instead of printing it",
  );
  ttl = option("--ttl", text("TIME"), "give it to a client for this long, and note that, as `lease` does");
  clientId = option("--client-id", text("NAME"), "with --ttl: who gets it (default: a new name)");

  async run(): Promise<Outcome> {
    this.#checkLoan();
    const copy = this.clip ? await this.#openClipboard() : undefined;
    const keyFile = await this.#store();
    const given = this.givenExistingSecret(keyFile);
    const { domain, secret } = await this.askForSecret(keyFile, given);
    const { fields = {}, nextActions = [], ...opened } = await this.#open(keyFile, domain, secret);
    const value = this.#chosen(opened.value, secret);
    if (copy) {
      const program = await copy(value);
      this.note(
        `Copied ${displayName(`${domain}/${secret}`)} into the clipboard, which is cleared after ${CLIP_SECONDS} seconds.`,
      );
      return { result: { domain, secret, clip: { program, seconds: CLIP_SECONDS } } };
    }
    if (!this.json) writeOut(isTerminal(1) && !value.endsWith("\n") ? `${value}\n` : value);
    return { result: { domain, secret, value, ...fields }, nextActions };
  }

  #checkLoan(): void {
    if (this.clientId !== undefined && this.ttl === undefined)
      throw new PprotectError("usage", "--client-id requires --ttl");
    if (this.ttl !== undefined && this.rev !== undefined)
      throw new PprotectError("usage", "--ttl gives out the current value: it cannot be used with --rev");
    if (this.ttl !== undefined && this.clip)
      throw new PprotectError("usage", "--ttl is for another program: it cannot be used with --clip");
  }

  async #openClipboard(): Promise<CopyValue> {
    const { openClipboard } = await import("../../reading/clipboard.ts");
    return openClipboard(this.credentialPrefixes);
  }

  async #open(keyFile: KeyFile, domain: string, secret: string): Promise<Opened> {
    if (this.rev !== undefined) {
      // An earlier key of the domain need not be the accepted one.
      const owner = await this.unlock(keyFile);
      await this.recordRead(owner, [{ domain, name: secret }]);
      return { value: keyFile.decryptSecret(domain, secret, owner) };
    }
    const chosen = { domain, name: secret };
    if (this.ttl !== undefined) {
      const { lend, loanOf } = await import("../../reading/lend.ts");
      return lend(keyFile, chosen, await loanOf(this.ttl, this.clientId), {
        open: (details) => this.openSecrets(keyFile, [chosen], details),
        handingOut: (opened) => this.handingOut(opened),
      });
    }
    const { secrets } = await this.openSecrets(keyFile, [chosen]);
    return { value: secrets.map(({ value }) => value).join("") };
  }

  async #store(): Promise<KeyFile> {
    if (this.rev === undefined) return this.readStore();
    const { storeAt } = await import("../../../git/history/store-at.ts");
    return storeAt(absolutePath(this.storePath), this.rev);
  }

  #chosen(value: string, secret: string): string {
    if (this.field === undefined) return value;
    const found = jsonField(value, this.field);
    if ("value" in found) return found.value;
    const named = `secret "${displayName(secret)}"`;
    if (found.problem === "not-json") {
      throw new PprotectError(
        "invalid_value",
        `${named} is not JSON, so it has no fields`,
        "omit --field to get the whole value",
      );
    }
    throw new PprotectError("invalid_value", `${named} has no field "${displayName(this.field)}"`);
  }
}

/** The whole value, and what a program is told of a value that was given to a client. */
interface Opened {
  readonly value: string;
  readonly fields?: Result;
  readonly nextActions?: readonly NextAction[];
}
