import { parseDuration } from "../../../common/duration.ts";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import type { UnlockedCustodian } from "../../../store/custodian.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import { STAGES, stagedRotations } from "../../../store/rotation/states.ts";
import {
  abortRotation,
  finishRotation,
  promoteRotation,
  requireNoRotation,
  requireStageable,
  stageRotation,
} from "../../../store/rotation/steps.ts";
import type { SecretPath } from "../../../store/secret-path.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option } from "../../argv/option.ts";
import { text } from "../../argv/value-type.ts";
import { ValueCommand } from "../../base/value-command.ts";
import { wantsGenerated } from "../../input/generated-value.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { localTime } from "../../report/local-time.ts";
import { type DueSecret, dueFields, dueText } from "../../rotation/due.ts";
import { acceptedCommand, hookFor } from "../../rotation/hooks.ts";
import { reportFields, rotateEach } from "../../rotation/rotate-each.ts";
import { changedMeanwhile, ruleFor, SecretRotation } from "../../rotation/secret-rotation.ts";

/** The options of which one is given at most. */
const STAGE_OPTIONS = ["stage", "promote", "finish", "abort", "recover"] as const;

export default class RotateCommand extends ValueCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "replace a secret's value: generate, test and store a new one",
    details:
      "The new value is generated, read from a file, or printed by a command, which gets the old value on descriptor 3. With --verify, a " +
      "command tests it first. The store keeps the old value until all of that worked. `.pprotect.yaml` beside the store " +
      "can name the commands and say how old values may get; its commands run only after `pprotect trust --hooks`.\n\n" +
      "Without downtime: --stage puts NAME_next beside NAME, --promote makes it current and keeps NAME_previous, --finish " +
      "removes that. `pprotect rotate-domain-keys` replaces the keys of a domain.",
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
    "shell command that creates the new value and prints it as JSON (default: rotate_via in .pprotect.yaml)",
  );
  verify = option("--verify", text("COMMAND"), "shell command that tests the new value before it is stored", {
    excludes: ["--due", "--promote", "--finish", "--abort", "--recover"],
  });
  timeout = option("--timeout", text("TIME"), "stop these commands after this time (default: 60s)", {
    initial: "60s",
    excludes: ["--due", "--promote", "--abort", "--recover"],
  });
  alsoKeys = flag("--also-keys", "replace the keys of the domain too");
  due = flag("--due", "list the values that are too old; exit status 1 if there are any");
  allDue = flag("--all-due", "rotate the values that are too old and have a command in .pprotect.yaml");
  olderThan = option(
    "--older-than",
    text("TIME"),
    "with --due: the limit where .pprotect.yaml has none, such as 90d",
    { needs: ["--due"] },
  );
  stage = flag("--stage", "put the new value beside the one in use, as NAME_next");
  promote = flag("--promote", "make NAME_next the value in use, and keep the old one as NAME_previous");
  finish = flag("--finish", "remove NAME_previous, after revoke_via of .pprotect.yaml made it invalid");
  abort = flag("--abort", "remove NAME_next");
  recover = flag(
    "--recover",
    "put the value that an interrupted rotation has left on this machine into NAME_next",
  );

  async run(): Promise<Outcome> {
    this.#checkOptions();
    if (this.due || this.allDue) return this.#due();
    if (this.promote) return this.#promote();
    if (this.finish) return this.#finish();
    if (this.abort) return this.#abort();
    if (this.recover) return this.#recover();
    return this.#rotate();
  }

  #checkOptions(): void {
    const stages = STAGE_OPTIONS.filter((name) => this[name]);
    if (stages.length + Number(this.due) + Number(this.allDue) > 1)
      throw new PprotectError(
        "usage",
        "rotate takes one of --due, --all-due, --stage, --promote, --finish, --abort and --recover",
      );
    if (this.alsoKeys && (stages.length > 0 || this.due || this.allDue))
      throw new PprotectError("usage", "--also-keys is for a rotation in one step");
    const sources = [this.via !== undefined, this.valueFile !== undefined, wantsGenerated(this)];
    if (sources.filter(Boolean).length > 1)
      throw new PprotectError("usage", "give one of --via, --value-file and --generate");
    if (sources.some(Boolean) && (stages.some((name) => name !== "stage") || this.due || this.allDue))
      throw new PprotectError("usage", "a new value is given with --stage, or without a stage");
  }

  /** By a value that is given or generated, else by a command. */
  async #rotate(): Promise<Outcome> {
    if (this.valueFile === undefined && !wantsGenerated(this)) return this.#rotateByCommand();
    let sealed: string | undefined;
    let owner: UnlockedCustodian | undefined;
    let names: SecretPath | undefined;
    const rotated = (domain: string, secret: string): string =>
      `Rotated ${secret} in ${domain}${owner ? ", and the keys of the domain" : ""}.`;
    const outcome = await this.putSecret(
      (file, domain, secret) => {
        names = { domain, secret };
        sealed = findSecret(domain, findDomain(file.data, domain), secret);
        if (this.stage) requireStageable(file, { domain, secret });
        else requireNoRotation(file, { domain, secret });
      },
      (file, domain, secret, value) => {
        if (this.stage) return stageRotation(file, { domain, secret }, value);
        if (findSecret(domain, findDomain(file.data, domain), secret) !== sealed)
          throw changedMeanwhile({ domain, secret });
        const updated = file.updateSecret(domain, secret, value);
        return owner ? updated.rotateDomainKey(domain, owner) : updated;
      },
      this.stage ? stagedText : rotated,
      async ({ domain }) => {
        if (this.alsoKeys) owner = await this.unlockToRead(this.readStore(), [domain]);
      },
    );
    if (names) await this.#supersede(names);
    return outcome;
  }

  /** What an interrupted rotation has left is not to be taken for the newest value any more. */
  async #supersede(names: SecretPath): Promise<void> {
    const { supersede } = await import("../../../exec/rotation/pending.ts");
    const { stateDirectory } = await import("../../../system/state-directory.ts");
    try {
      await supersede({ store: this.realStorePath, ...names }, stateDirectory(process.env));
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      this.note(`pprotect: warning: ${error.message}`);
    }
  }

  async #rotateByCommand(): Promise<Outcome> {
    const [keyFile, names] = await this.#existing();
    const { domain, secret } = names;
    const shown = [displayName(domain), displayName(secret)] as const;
    if (this.stage) {
      const outcome = await this.#rotation().rotate(names, { stage: true, done: stagedText(...shown) });
      return this.withNext(outcome, domain);
    }
    const owner = this.alsoKeys ? await this.unlockToRead(keyFile, [domain]) : undefined;
    const outcome = await this.#rotation().rotate(names, {
      stage: false,
      done: `Rotated ${shown[1]} in ${shown[0]}${owner ? ", and the keys of the domain" : ""}.`,
      ...(owner && { also: (file: KeyFile) => file.rotateDomainKey(domain, owner) }),
    });
    return this.withNext(outcome, domain);
  }

  #rotation(): SecretRotation {
    const { via, verify, timeout } = this;
    return new SecretRotation(
      this.rotationHost({ via, verify, timeoutMs: parseDuration("--timeout", timeout) }),
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
    const { config, rule } = ruleFor(this.storePath, names);
    await this.#awaitGrace(keyFile, names, rule.grace);
    if (rule.revokeVia !== undefined) {
      const hook = hookFor(acceptedCommand(this.storePath, config, rule.revokeVia), names, {
        prefixes: this.credentialPrefixes,
        timeoutMs: parseDuration("--timeout", this.timeout),
        note: (message) => this.note(message),
      });
      const { secrets } = await this.openSecrets(keyFile, [{ domain, name: previous }]);
      const { revokeBy } = await import("../../../exec/rotation/hook.ts");
      await revokeBy(hook, secrets[0]?.value ?? "");
    }
    return this.update(
      (file) => {
        // What is dropped is what was made invalid.
        if (findDomain(file.data, domain).secrets.get(previous) !== sealed)
          throw changedMeanwhile({ domain, secret: previous });
        return finishRotation(file, names);
      },
      `Finished the rotation of ${displayName(secret)} in ${displayName(domain)}.`,
      { domain, secret },
    );
  }

  /** Asks where the old value may be in use still. @param grace ms @throws PprotectError `aborted` */
  async #awaitGrace(keyFile: KeyFile, names: SecretPath, grace: number | undefined): Promise<void> {
    const promoted = stagedRotations(keyFile.data).find(
      ({ domain, secret, stage }) =>
        domain === names.domain && secret === names.secret && stage === "promoted",
    );
    const until = (promoted?.since ?? 0) + (grace ?? 0);
    if (Date.now() >= until) return;
    await this.confirmOrAbort(
      `The old value of ${displayName(`${names.domain}/${names.secret}`)} is to work until ${localTime(until)}. Finish now? [y/N] `,
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

  async #recover(): Promise<Outcome> {
    const [, names] = await this.#existing();
    return this.#rotation().recover(names);
  }

  async #existing(): Promise<[KeyFile, SecretPath]> {
    const keyFile = this.readStore();
    const names = await this.askForSecret(keyFile, this.givenExistingSecret(keyFile));
    findSecret(names.domain, findDomain(keyFile.data, names.domain), names.secret);
    return [keyFile, names];
  }

  /** A value that was given or generated is tried too. */
  protected override async tryValue(names: SecretPath, value: string): Promise<void> {
    const rotation = this.#rotation();
    const trial = rotation.trialOf(names);
    if (!trial) return;
    const { domain, secret } = names;
    const { secrets } = await this.openSecrets(this.readStore(), [{ domain, name: secret }]);
    await rotation.try(trial, names, value, secrets[0]?.value ?? "");
  }

  async #due(): Promise<Outcome> {
    const keyFile = this.readStore();
    const names = this.givenSecret(keyFile);
    const olderThan =
      this.olderThan === undefined ? undefined : parseDuration("--older-than", this.olderThan);
    const { agesNotKnown, findDue, rotationDue } = await import("../../rotation/find-due.ts");
    const { due, missing } = await findDue(this.storePath, keyFile.data, { ...names, olderThan }, (message) =>
      this.givenCredentials.warn(message),
    );
    if (this.allDue) return this.#rotateAll(due);
    this.print(dueText(due));
    const result = { due: due.map(dueFields) };
    if (due.length === 0 && missing) throw agesNotKnown(missing);
    this.note(due.length === 0 ? "No value is too old." : `${countNoun(due.length, "value")} too old.`);
    return due.length === 0 ? { result } : { result, refusal: rotationDue(due.length) };
  }

  /** One after the other: a failure leaves its old value, and the others are still rotated. */
  async #rotateAll(due: readonly DueSecret[]): Promise<Outcome> {
    const report = await rotateEach(due, this.#rotation(), (message) => this.note(message));
    this.note(`Rotated ${countNoun(report.rotated.length, "value")}; ${report.failed.length} left.`);
    const result = reportFields(report);
    const { rotationDue } = await import("../../rotation/find-due.ts");
    return report.failed.length === 0 ? { result } : { result, refusal: rotationDue(report.failed.length) };
  }
}

const stagedText = (domain: string, secret: string): string =>
  `Staged ${secret}${STAGES.next} in ${domain}. \`pprotect rotate ${domain}/${secret} --promote\` makes it current.`;
