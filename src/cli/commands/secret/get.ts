import { PprotectError } from "../../../common/errors.ts";
import { lazy } from "../../../common/lazy.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { SOURCES } from "../../../sources/cascade.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { absolutePath } from "../../../system/path-text.ts";
import { hardenProcess } from "../../../system/process-hardening.ts";
import { isTerminal } from "../../../system/terminal.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option } from "../../argv/option.ts";
import { FILE, list, text } from "../../argv/value-type.ts";
import { SecretCommand } from "../../base/secret-command.ts";
import { CLIP_SECONDS } from "../../reading/clip-seconds.ts";
import type { CopyValue } from "../../reading/clipboard.ts";
import type { NextAction, Outcome, Result } from "../../report/json-envelope.ts";
import { writeOut } from "../../report/output.ts";

/** Loaded on demand: it parses JSON, which few values are. */
const jsonFields = lazy(
  () => require("../../../common/json-field.ts") as typeof import("../../../common/json-field.ts"),
);

export default class GetCommand extends SecretCommand {
  static readonly declaration: CommandDeclaration = {
    plaintext: true,
    group: "secrets",
    summary: "print the value of a secret, to the byte",
    details:
      "At a terminal a line end follows the value. With --from, the value comes from the first of several sources that has it; a source that fails, such as a locked keyring, ends the command. What .secrets.json says of the name applies: its variable, its keyring entry, its file of SOPS, its default.",
    everyday: true,
    examples: [
      ["One value", "$0 get prod/db-password"],
      ["As it was before the last commit", "$0 get prod/db-password --rev HEAD~1"],
      ["A field of a JSON value", "$0 get prod/db --field credentials.password"],
      ["Into the clipboard, for 45 seconds", "$0 get prod/db-password --clip"],
      ["From the environment, else the store", "$0 get db-password --from env,store"],
      ["Where it comes from, without the value", "$0 get db-password --from env,store,sops --explain"],
      ["For a client that `status` and `revoke` name", "$0 get dev/token --ttl 30m --client-id agent-7"],
    ],
  };

  rev = option("--rev", text("REV"), "the value in this commit instead, from git's history");
  field = option("--field", text("PATH"), "this field of a JSON value: names and indexes joined by dots");
  clip = flag("--clip", "put it on the clipboard, which is cleared after 45 seconds, instead of printing it");
  ttl = option("--ttl", text("TIME"), "give it to a client for this long, and note that, as `lease` does");
  clientId = option("--client,--client-id", text("NAME"), "with --ttl: who gets it (default: a new name)");
  from = option(
    "--from",
    list("SOURCES", SOURCES),
    "where it may come from, in this order, joined by commas: override, env, keyring, store, sops, default",
  );
  explain = flag("--explain", "print what each source answered, without the value");
  overrideFile = option("--override-file", FILE, "the value of the source override; - is standard input");
  defaultValue = option("--default", text("TEXT"), "the value of the source default, if it is not secret");

  async run(): Promise<Outcome> {
    this.#checkLoan();
    this.#checkSources();
    const copy = this.clip ? await this.#openClipboard() : undefined;
    if (this.#isCascade) return this.#cascade(copy);
    const keyFile = await this.#store();
    const given = this.givenExistingSecret(keyFile);
    const { domain, secret } = await this.askForSecret(keyFile, given);
    const { fields = {}, nextActions = [], ...opened } = await this.#open(keyFile, domain, secret);
    const value = this.#chosen(opened.value, secret);
    return this.#deliver({ domain, secret, value, fields, nextActions }, copy);
  }

  /** Prints the value, or copies it. */
  async #deliver(
    { domain, secret, value, fields = {}, nextActions = [] }: Delivery,
    copy: CopyValue | undefined,
  ): Promise<Outcome> {
    if (copy) {
      const program = await copy(value);
      const shown = displayName(domain === null ? secret : `${domain}/${secret}`);
      this.note(`Copied ${shown} to the clipboard, which is cleared after ${CLIP_SECONDS} seconds.`);
      return { result: { domain, secret, ...fields, clip: { program, seconds: CLIP_SECONDS } } };
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

  /** Whether the value comes from the first of several sources, and not from the store alone. */
  get #isCascade(): boolean {
    return this.from !== undefined || this.explain;
  }

  #checkSources(): void {
    const { from, explain, overrideFile, defaultValue } = this;
    if (!this.#isCascade && (overrideFile ?? defaultValue) !== undefined)
      throw new PprotectError("usage", "--override-file and --default require --from");
    const sources = from?.split(",");
    if (overrideFile !== undefined && sources?.includes("override") === false)
      throw new PprotectError("usage", "--override-file requires the source override in --from");
    if (defaultValue !== undefined && sources?.includes("default") === false)
      throw new PprotectError("usage", "--default requires the source default in --from");
    if (this.#isCascade && (this.rev ?? this.ttl) !== undefined)
      throw new PprotectError("usage", "--from and --explain cannot be used with --rev and --ttl");
    if (explain && this.clip)
      throw new PprotectError("usage", "--explain has no value that --clip could copy");
  }

  /** A word alone is the secret's name: its domain may follow from that. */
  async #cascade(copy: CopyValue | undefined): Promise<Outcome> {
    const { firstName, secretName, from, overrideFile, defaultValue } = this;
    const { findSourced, explained, requireFound } = await import("../../base/sourced-secret.ts");
    hardenProcess();
    const found = await findSourced(
      { words: [firstName, secretName], domainOption: this.domainOption, from, overrideFile, defaultValue },
      {
        storePath: this.storePath,
        looking: this.looking,
        readStore: () => this.readStore(),
        open: (keyFile, chosen) => this.openSecrets(keyFile, [chosen]),
      },
    );
    if (this.explain) return explained(found, (line) => this.printLine(line));
    const { value: whole, source } = requireFound(found);
    const value = this.#chosen(whole, found.name);
    return this.#deliver(
      { domain: found.domain ?? null, secret: found.name, value, fields: { source } },
      copy,
    );
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
    const found = jsonFields().jsonField(value, this.field);
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

/** A value for the user, with where it is. */
interface Delivery extends Opened {
  readonly domain: string | null;
  readonly secret: string;
}

/** The whole value, and what a program gets of a value that was given to a client. */
interface Opened {
  readonly value: string;
  readonly fields?: Result;
  readonly nextActions?: readonly NextAction[];
}
