import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { type Config, configPath, readConfigFile } from "../../config/config.ts";
import { type RotationRule, rotationRule } from "../../config/rotation/section.ts";
import { requireValidValues, valueProblems } from "../../config/values/required.ts";
import { dangerOf, describeDanger } from "../../exec/dangerous-variables.ts";
import { type RotationJournal, type SealedAnswer, withJournal } from "../../exec/rotation/pending.ts";
import { variableName } from "../../exec/variable-names.ts";
import { sealSecret } from "../../store/domain.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findDomain, findSecret } from "../../store/lookup.ts";
import { STAGES } from "../../store/rotation/states.ts";
import {
  replaceBySealed,
  requireNoRotation,
  requireRoomBeside,
  requireStageable,
  stageSealed,
} from "../../store/rotation/steps.ts";
import type { SecretPath } from "../../store/secret-path.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import type { Outcome } from "../report/json-envelope.ts";
import { localTime } from "../report/local-time.ts";
import { acceptedCommand, type GivenCommand, type HookSettings, hookFor } from "./hooks.ts";

/** What a rotation needs of the command that runs it. */
export interface RotationHost extends HookSettings {
  readonly storePath: string;
  /** The store's real path. */
  readonly realStorePath: string;
  /** Commands from the line, which come before those of the configuration. */
  readonly given: { readonly via: string | undefined; readonly verify: string | undefined };
  readStore(): KeyFile;
  /** @throws PprotectError `untrusted_key` where nothing may be sealed to the domain's key */
  requireSealable(keyFile: KeyFile, domain: string): Promise<void>;
  /** Opens the value in use. */
  open(keyFile: KeyFile, names: SecretPath): Promise<string>;
  /** Changes the store and prints what was done. */
  update(change: (file: KeyFile) => KeyFile, done: string, names: SecretPath): Promise<Outcome>;
}

/** The rule of the configuration for a secret. */
export function ruleFor(
  storePath: string,
  { domain, secret }: SecretPath,
): { readonly config: Config; readonly rule: RotationRule } {
  const config = readConfigFile(configPath(storePath));
  return { config, rule: rotationRule(config.rotation, domain, secret) };
}

/** What is done with a new value. */
export interface RotationKind {
  /** Whether it is put beside the one in use. */
  readonly stage: boolean;
  /** Done with the store in the same step. */
  readonly also?: (file: KeyFile) => KeyFile;
  /** What was done, in a sentence. */
  readonly done: string;
}

/** The command that tries a value, and the variable that it gets it in. */
interface Trial {
  readonly command: GivenCommand;
  readonly variable: string;
}

/**
 * Changes values by commands: makes a new one, tries it and writes it. A value that a command has answered is not lost: where it
 * cannot be written as the one in use, it is put beside it, and until it is in the store, it is kept on this machine, sealed.
 */
export class SecretRotation {
  readonly #host: RotationHost;

  constructor(host: RotationHost) {
    this.#host = host;
  }

  /** @throws PprotectError as the commands, the trust in the domain's key and the store say; `rotation_state` after an interruption */
  async rotate(names: SecretPath, kind: RotationKind): Promise<Outcome> {
    const host = this.#host;
    const keyFile = host.readStore();
    const { domain, secret } = names;
    const sealed = findSecret(domain, findDomain(keyFile.data, domain), secret);
    if (kind.stage) requireStageable(keyFile, names);
    else requireNoRotation(keyFile, names);
    // Also without a stage: a value that cannot be written is kept beside the one in use.
    requireRoomBeside(names);
    const via = this.#via(names);
    const trial = this.trialOf(names);
    await host.requireSealable(keyFile, domain);
    // Rules that cannot be used are reported before a value is made.
    await valueProblems(host.storePath, []);
    return withJournal({ store: host.realStorePath, ...names }, this.#state, async (journal) => {
      this.#refuseLeft(journal, names, sealed);
      const old = await host.open(keyFile, names);
      journal.started();
      let answer: SealedAnswer | undefined;
      let value = "";
      const { newValueFrom } = await import("../../exec/rotation/hook.ts");
      const onAnswer = (made: string): void => {
        const { publicKey } = findDomain(keyFile.data, domain);
        answer = { publicKey, sealed: sealSecret({ publicKey }, made) };
        value = made;
        this.#note(journal, answer);
      };
      try {
        const made = await newValueFrom(hookFor(via, names, host), old, onAnswer);
        if (made !== value) onAnswer(made);
        await requireValidValues(host.storePath, [[secret, made]]);
        await this.try(trial, names, made, old);
        const outcome = await this.#write(names, kind, { sealed, answer, value });
        journal.done();
        return outcome;
      } catch (error) {
        if (answer === undefined) {
          journal.done();
          throw error;
        }
        throw await this.#kept(names, answer, value, journal, error);
      }
    });
  }

  /** Puts a value beside the one in use that an interrupted rotation has left. @throws PprotectError `rotation_state` */
  async recover(names: SecretPath): Promise<Outcome> {
    const host = this.#host;
    const { domain, secret } = names;
    const keyFile = host.readStore();
    const sealedNow = findSecret(domain, findDomain(keyFile.data, domain), secret);
    return withJournal({ store: host.realStorePath, ...names }, this.#state, async (journal) => {
      const { answer } = journal.left ?? {};
      if (answer === undefined || answer.sealed === sealedNow) {
        journal.done();
        throw new PprotectError(
          "rotation_state",
          `no rotation of ${displayName(`${domain}/${secret}`)} has left a value on this machine`,
        );
      }
      if (findDomain(keyFile.data, domain).publicKey !== answer.publicKey) {
        throw new PprotectError(
          "rotation_state",
          `the value that a rotation of ${displayName(`${domain}/${secret}`)} has left is sealed to a key of the domain that was replaced since`,
          "go back to a commit with that key (`git worktree add`), recover it there, and take it over",
        );
      }
      const since = journal.left?.superseded;
      if (since !== undefined)
        host.note(
          `pprotect: warning: ${displayName(`${domain}/${secret}`)} was given another value on ${localTime(since)}: the one that is recovered is older`,
        );
      const outcome = await host.update(
        (file) => stageSealed(file, names, answer.sealed),
        `Put the value that was left into ${displayName(secret)}${STAGES.next} in ${displayName(domain)}. \`pprotect rotate ${displayName(`${domain}/${secret}`)} --promote\` makes it current, \`--abort\` drops it.`,
        names,
      );
      journal.done();
      return outcome;
    });
  }

  /** The command that tries a new value of a secret, if there is one. @throws PprotectError `untrusted_hooks`, `environment` */
  trialOf(names: SecretPath): Trial | undefined {
    const { storePath, given } = this.#host;
    const { config, rule } = ruleFor(storePath, names);
    const command =
      given.verify === undefined
        ? rule.verify && acceptedCommand(storePath, config, rule.verify)
        : { command: given.verify, directory: undefined };
    if (!command) return undefined;
    const variable = variableName(names.secret, { prefix: undefined, uppercase: true });
    const danger = dangerOf(variable);
    if (danger === "runs-code" || danger === "ours")
      throw new PprotectError(
        "environment",
        `the value cannot be tried: no command gets ${describeDanger(variable, danger)}`,
      );
    return { command, variable };
  }

  /** @throws PprotectError `hook_failed` */
  async try(trial: Trial | undefined, names: SecretPath, value: string, old: string): Promise<void> {
    if (!trial) return;
    const { verifyBy } = await import("../../exec/rotation/hook.ts");
    await verifyBy(hookFor(trial.command, names, this.#host), trial.variable, value, old);
  }

  get #state(): string {
    return stateDirectory(process.env);
  }

  #via(names: SecretPath): GivenCommand {
    const { storePath, given } = this.#host;
    if (given.via !== undefined) return { command: given.via, directory: undefined };
    const { config, rule } = ruleFor(storePath, names);
    if (rule.via !== undefined) return acceptedCommand(storePath, config, rule.via);
    throw new PprotectError(
      "usage",
      `the new value of ${displayName(`${names.domain}/${names.secret}`)} is not given`,
      "use --generate, --value-file or --via",
    );
  }

  #refuseLeft({ left, done }: RotationJournal, names: SecretPath, sealedNow: string): void {
    if (!left || left.superseded !== undefined) return;
    if (left.answer?.sealed === sealedNow) {
      done();
      return;
    }
    const name = displayName(`${names.domain}/${names.secret}`);
    const when = localTime(left.started);
    if (left.answer === undefined) {
      this.#host.note(
        `pprotect: warning: a rotation of ${name} was interrupted on ${when}: the service may have another value than the store`,
      );
      return;
    }
    throw new PprotectError(
      "rotation_state",
      `a rotation of ${name} was interrupted on ${when}; its new value is kept on this machine`,
      `\`pprotect rotate ${name} --recover\` puts it beside the value in use`,
    );
  }

  /** The value is still in memory: a full disk must not stop the command before it is written to the store. */
  #note(journal: RotationJournal, answer: SealedAnswer): void {
    try {
      journal.answered(answer);
    } catch (error) {
      if (error instanceof PprotectError) this.#host.note(`pprotect: warning: ${error.message}`);
    }
  }

  #write(
    names: SecretPath,
    { stage, also, done }: RotationKind,
    { sealed, answer, value }: { sealed: string; answer: SealedAnswer | undefined; value: string },
  ): Promise<Outcome> {
    const { domain, secret } = names;
    const change = (file: KeyFile): KeyFile => {
      const now = findDomain(file.data, domain);
      if (findSecret(domain, now, secret) !== sealed) throw changedMeanwhile(names);
      const box = answer && answer.publicKey === now.publicKey ? answer.sealed : sealSecret(now, value);
      const changed = stage ? stageSealed(file, names, box) : replaceBySealed(file, names, box);
      return also ? also(changed) : changed;
    };
    return this.#host.update(change, done, names);
  }

  /** What is thrown where a value was made that could not be written as it was to be: it is kept beside the one in use, or here. */
  async #kept(
    names: SecretPath,
    answer: SealedAnswer,
    value: string,
    journal: RotationJournal,
    cause: unknown,
  ): Promise<unknown> {
    if (!(cause instanceof PprotectError)) return cause;
    const { domain, secret } = names;
    const name = displayName(`${domain}/${secret}`);
    const what = cause.message.replace(/; the store is unchanged$/, "");
    try {
      await this.#host.update(
        (file) => {
          const now = findDomain(file.data, domain);
          return stageSealed(
            file,
            names,
            answer.publicKey === now.publicKey ? answer.sealed : sealSecret(now, value),
          );
        },
        `Put the new value into ${displayName(secret)}${STAGES.next} in ${displayName(domain)}.`,
        names,
      );
    } catch {
      return new PprotectError(
        cause.code,
        `${what}; the new value is kept on this machine, and ${name} has the old one`,
        `the service may have the new value already: \`pprotect rotate ${name} --recover\` puts it beside the one in use`,
        { cause },
      );
    }
    journal.done();
    return new PprotectError(
      cause.code,
      `${what}; ${name} has the old value, and the new one is kept as ${displayName(secret)}${STAGES.next}`,
      `the service may have the new value already: \`pprotect rotate ${name} --promote\` makes it current, \`--abort\` drops it`,
      { cause },
    );
  }
}

/** @returns for a secret that another process changed while a new value was made */
export function changedMeanwhile({ domain, secret }: SecretPath): PprotectError {
  return new PprotectError(
    "store_changed",
    `another process changed ${displayName(`${domain}/${secret}`)} in the meantime; its value was kept`,
    "look at the change, then try again",
  );
}
