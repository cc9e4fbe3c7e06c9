import { parseDuration } from "../../../common/duration.ts";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { type Config, configPath, readConfigFile } from "../../../config/config.ts";
import { type RotationRule, rotationRule } from "../../../config/rotation/section.ts";
import { dangerOf, describeDanger } from "../../../exec/dangerous-variables.ts";
import { variableName } from "../../../exec/variable-names.ts";
import type { UnlockedCustodian } from "../../../store/custodian.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import { STAGES } from "../../../store/rotation/states.ts";
import {
  abortRotation,
  finishRotation,
  promoteRotation,
  stageRotation,
} from "../../../store/rotation/steps.ts";
import type { SecretPath } from "../../../store/secret-path.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option } from "../../argv/option.ts";
import { text } from "../../argv/value-type.ts";
import { ValueCommand } from "../../base/value-command.ts";
import { type GeneratedValue, wantsGenerated } from "../../input/generated-value.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { type DueSecret, dueFields, dueSecrets, dueText } from "../../rotation/due.ts";
import { acceptedCommand, hookFor } from "../../rotation/hooks.ts";

/** The options of which one is given at most. */
const STAGE_OPTIONS = ["stage", "promote", "finish", "abort"] as const;

export default class RotateCommand extends ValueCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "change the value of a secret safely: made, tried, then written",
    details:
      "The new value is generated, read, or made by a command, which gets the old value on descriptor 3. With --verify, a " +
      "command tries it first. The store keeps the old value until all of that worked. `.pprotect.yaml` beside the store " +
      "can name the commands and say how old values may get; its commands run only after `pprotect trust --hooks`.\n\n" +
      "Without downtime: --stage puts NAME_next beside NAME, --promote makes it current and keeps NAME_previous, --finish " +
      "drops that. The keys of a domain are another thing: `pprotect rotate-domain-keys`.",
    takes: "value",
    examples: [
      ["A generated value", "$0 rotate prod/session-key --generate 48"],
      [
        "By a command that changes it in the database too",
        "$0 rotate prod/db-password --via ./rotate-db --verify ./try-db",
      ],
      ["What is too old, as .pprotect.yaml says; exit status 1 if anything is", "$0 rotate --due"],
      ["Everything that is due and has a command", "$0 rotate --all-due"],
      ["The new value beside the old one", "$0 rotate prod/api-key --stage --value-file new-key"],
    ],
  };

  via = option(
    "--via",
    text("COMMAND"),
    "make the new value by this shell command (default: rotate_via in .pprotect.yaml)",
  );
  verify = option(
    "--verify",
    text("COMMAND"),
    "try the new value by this shell command before it is written",
  );
  timeout = option("--timeout", text("TIME"), "end these commands after this time (default: 60s)", {
    initial: "60s",
  });
  alsoKeys = flag("--also-keys", "replace the keys of the domain too");
  due = flag("--due", "list the values that are too old; exit status 1 if there are any");
  allDue = flag("--all-due", "rotate the values that are too old and have a command in .pprotect.yaml");
  olderThan = option(
    "--older-than",
    text("TIME"),
    "with --due: the limit where .pprotect.yaml has none, such as 90d",
  );
  stage = flag("--stage", "put the new value beside the one in use, as NAME_next");
  promote = flag("--promote", "make NAME_next the value in use, and keep the old one as NAME_previous");
  finish = flag("--finish", "drop NAME_previous, after revoke_via of .pprotect.yaml made it invalid");
  abort = flag("--abort", "drop NAME_next");

  /** The old value, where a command needs it. */
  #old: string | undefined;

  async run(): Promise<Outcome> {
    this.#checkOptions();
    if (this.due || this.allDue) return this.#due();
    if (this.promote) return this.#promote();
    if (this.finish) return this.#finish();
    if (this.abort) return this.#abort();
    return this.stage ? this.#stage() : this.#rotate();
  }

  #checkOptions(): void {
    const stages = STAGE_OPTIONS.filter((name) => this[name]);
    if (stages.length + Number(this.due) + Number(this.allDue) > 1)
      throw new PprotectError(
        "usage",
        "rotate takes one of --due, --all-due, --stage, --promote, --finish and --abort",
      );
    if (this.olderThan !== undefined && !this.due)
      throw new PprotectError("usage", "--older-than requires --due");
    if (this.alsoKeys && (stages.length > 0 || this.due || this.allDue))
      throw new PprotectError("usage", "--also-keys is for a rotation in one step");
    const sources = [this.via !== undefined, this.valueFile !== undefined, wantsGenerated(this)];
    if (sources.filter(Boolean).length > 1)
      throw new PprotectError("usage", "give one of --via, --value-file and --generate");
    if (sources.some(Boolean) && (stages.some((name) => name !== "stage") || this.due || this.allDue))
      throw new PprotectError("usage", "a new value is given with --stage, or without a stage");
  }

  async #rotate(): Promise<Outcome> {
    let sealed: string | undefined;
    let owner: UnlockedCustodian | undefined;
    return this.putSecret(
      (file, domain, secret) => {
        sealed = findSecret(domain, findDomain(file.data, domain), secret);
      },
      (file, domain, secret, value) => {
        if (findSecret(domain, findDomain(file.data, domain), secret) !== sealed)
          throw changedMeanwhile(domain, secret);
        const updated = file.updateSecret(domain, secret, value);
        return owner ? updated.rotateDomainKey(domain, owner) : updated;
      },
      (domain, secret) => `Rotated ${secret} in ${domain}${owner ? ", and the keys of the domain" : ""}.`,
      async ({ domain }) => {
        if (this.alsoKeys) owner = await this.unlockToRead(this.readStore(), [domain]);
      },
    );
  }

  async #stage(): Promise<Outcome> {
    return this.putSecret(
      (file, domain, secret) => findSecret(domain, findDomain(file.data, domain), secret),
      (file, domain, secret, value) => stageRotation(file, { domain, secret }, value),
      (domain, secret) =>
        `Staged ${secret}${STAGES.next} in ${domain}. \`pprotect rotate --promote\` makes it current.`,
    );
  }

  async #promote(): Promise<Outcome> {
    const [keyFile, names] = await this.#existing();
    const owner = await this.unlockToRead(keyFile, [names.domain]);
    const { domain, secret } = names;
    await this.recordRead(owner, [
      { domain, name: secret },
      { domain, name: secret + STAGES.next },
    ]);
    return this.update(
      (file) => promoteRotation(file, names, owner),
      `Promoted ${displayName(secret)} in ${displayName(domain)}; the old value is ${displayName(secret)}${STAGES.previous}.`,
      { domain, secret },
    );
  }

  async #finish(): Promise<Outcome> {
    const [keyFile, names] = await this.#existing();
    const { domain, secret } = names;
    finishRotation(keyFile, names);
    const previous = secret + STAGES.previous;
    const sealed = findSecret(domain, findDomain(keyFile.data, domain), previous);
    const { config, rule } = this.#rule(names);
    if (rule.revokeVia !== undefined) {
      const hook = this.#hook(acceptedCommand(this.storePath, config, rule.revokeVia), names);
      const { secrets } = await this.openSecrets(keyFile, [{ domain, name: previous }]);
      const { revokeBy } = await import("../../../exec/rotation/hook.ts");
      await revokeBy(hook, secrets[0]?.value ?? "");
    }
    return this.update(
      (file) => {
        // What is dropped is what was made invalid.
        if (findDomain(file.data, domain).secrets.get(previous) !== sealed)
          throw changedMeanwhile(domain, previous);
        return finishRotation(file, names);
      },
      `Finished the rotation of ${displayName(secret)} in ${displayName(domain)}.`,
      { domain, secret },
    );
  }

  async #abort(): Promise<Outcome> {
    const [, names] = await this.#existing();
    const { domain, secret } = names;
    return this.update(
      (file) => abortRotation(file, names),
      `Aborted the rotation of ${displayName(secret)} in ${displayName(domain)}.`,
      { domain, secret },
    );
  }

  async #existing(): Promise<[KeyFile, SecretPath]> {
    const keyFile = this.readStore();
    const names = await this.askForSecret(keyFile, this.givenExistingSecret(keyFile));
    findSecret(names.domain, findDomain(keyFile.data, names.domain), names.secret);
    return [keyFile, names];
  }

  /** By a command if there is one; else as every value is given. */
  protected override async newValue(
    names: SecretPath,
    namesGiven: boolean,
  ): Promise<Partial<GeneratedValue> & Pick<GeneratedValue, "value">> {
    if (this.valueFile !== undefined || wantsGenerated(this)) return super.newValue(names, namesGiven);
    const { config, rule } = this.#rule(names);
    const command = this.via ?? (rule.via && acceptedCommand(this.storePath, config, rule.via));
    if (command === undefined) {
      throw new PprotectError(
        "usage",
        `nothing says how to make a new value of ${displayName(`${names.domain}/${names.secret}`)}`,
        "use --generate, --value-file or --via",
      );
    }
    const { newValueFrom } = await import("../../../exec/rotation/hook.ts");
    return { value: await newValueFrom(this.#hook(command, names), await this.#oldValue(names)) };
  }

  protected override async tryValue(names: SecretPath, value: string): Promise<void> {
    const { config, rule } = this.#rule(names);
    const command = this.verify ?? (rule.verify && acceptedCommand(this.storePath, config, rule.verify));
    if (command === undefined) return;
    const variable = variableName(names.secret, { prefix: undefined, uppercase: true });
    const danger = dangerOf(variable);
    if (danger === "runs-code" || danger === "ours")
      throw new PprotectError(
        "environment",
        `the value cannot be tried: no command gets ${describeDanger(variable, danger)}`,
      );
    const { verifyBy } = await import("../../../exec/rotation/hook.ts");
    await verifyBy(this.#hook(command, names), variable, value, await this.#oldValue(names));
  }

  #hook(command: string, names: SecretPath) {
    return hookFor(command, names, {
      prefixes: this.credentialPrefixes,
      timeoutMs: parseDuration("--timeout", this.timeout),
    });
  }

  #rule({ domain, secret }: SecretPath): { readonly config: Config; readonly rule: RotationRule } {
    const config = readConfigFile(configPath(this.storePath));
    return { config, rule: rotationRule(config.rotation, domain, secret) };
  }

  async #oldValue({ domain, secret }: SecretPath): Promise<string> {
    if (this.#old === undefined) {
      const { secrets } = await this.openSecrets(this.readStore(), [{ domain, name: secret }]);
      this.#old = secrets[0]?.value ?? "";
    }
    return this.#old;
  }

  async #due(): Promise<Outcome> {
    const keyFile = this.readStore();
    const { domain, secret } = this.givenSecret(keyFile);
    const { rotation } = readConfigFile(configPath(this.storePath));
    const olderThan =
      this.olderThan === undefined ? undefined : parseDuration("--older-than", this.olderThan);
    if (rotation.size === 0 && olderThan === undefined) {
      throw new PprotectError(
        "usage",
        "nothing says how old values may get",
        'give --older-than, or "max_age" in the section "rotation" of .pprotect.yaml',
      );
    }
    const { valueAges } = await import("../../reading/value-ages.ts");
    const ages = await valueAges(this.storePath, keyFile.data, (message) => this.note(message));
    const chosen = ages.filter(
      (each) => (domain ?? each.domain) === each.domain && (secret ?? each.secret) === each.secret,
    );
    const due = dueSecrets(chosen, rotation, Date.now(), olderThan);
    if (this.allDue) return this.#rotateAll(due);
    this.print(dueText(due));
    this.note(due.length === 0 ? "No value is too old." : `${countNoun(due.length, "value")} too old.`);
    const result = { due: due.map(dueFields) };
    return due.length === 0 ? { result } : { result, refusal: rotationDue(due.length) };
  }

  /** One after the other: a failure leaves its old value, and the others are still rotated. */
  async #rotateAll(due: readonly DueSecret[]): Promise<Outcome> {
    const failed: { domain: string; secret: string; message: string }[] = [];
    const rotated: { domain: string; secret: string }[] = [];
    for (const { domain, secret, via } of due) {
      const name = displayName(`${domain}/${secret}`);
      try {
        if (via === undefined)
          throw new PprotectError("usage", `${name} has no rotate_via in .pprotect.yaml`);
        this.#old = undefined;
        this.firstName = domain;
        this.secretName = secret;
        await this.#rotate();
        rotated.push({ domain, secret });
      } catch (error) {
        if (!(error instanceof PprotectError) || error.code === "interrupted") throw error;
        this.note(`pprotect: ${error.message}`);
        failed.push({ domain, secret, message: error.message });
      }
    }
    this.note(`Rotated ${countNoun(rotated.length, "value")}; ${failed.length} left.`);
    const result = { rotated, failed };
    return failed.length === 0 ? { result } : { result, refusal: rotationDue(failed.length) };
  }
}

function changedMeanwhile(domain: string, secret: string): PprotectError {
  return new PprotectError(
    "store_changed",
    `another process changed ${displayName(`${domain}/${secret}`)} in the meantime; its value was kept`,
    "look at the change, then try again; if a command made a new value elsewhere, that one is in no store",
  );
}

function rotationDue(count: number): PprotectError {
  return new PprotectError(
    "rotation_due",
    `${countNoun(count, "value")} older than allowed`,
    "`pprotect rotate DOMAIN/SECRET` changes one",
  );
}
