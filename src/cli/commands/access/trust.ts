import { dirname, join } from "node:path";
import { compareCodePoints } from "../../../common/code-points.ts";
import { PprotectError } from "../../../common/errors.ts";
import { displayName, escapeUnprintable, escapeUnprintableLines } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { keyOrigin, repositoryOf } from "../../../git/trust/key-origin.ts";
import { TrustSession } from "../../../git/trust/trust-session.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findCustodian, findDomain } from "../../../store/lookup.ts";
import {
  custodianFingerprint,
  displayFingerprint,
  domainFingerprint,
  type Fingerprint,
} from "../../../store/trust/fingerprint.ts";
import { isAccepted, type ListedKey, listKeys } from "../../../store/trust/key-list.ts";
import { NO_PINS, ownerKeys, type Pins, pinCustodian, pinDomain } from "../../../store/trust/pins.ts";
import { formatTrustList, TRUST_FILE } from "../../../store/trust/trust-list.ts";
import { proofsIn } from "../../../store/trust/verify.ts";
import { writeAtomically } from "../../../system/atomic-write.ts";
import { withLock } from "../../../system/file-lock.ts";
import { absolutePath } from "../../../system/path-text.ts";
import { realPath, realpathOfFile } from "../../../system/real-path.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag } from "../../argv/option.ts";
import { DOMAIN } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

/** What is said of a key in the list. */
const STATES: Readonly<Record<ListedKey["state"], string>> = {
  pinned: "accepted",
  "first-use": "new",
  proven: "rotated, proven",
  older: "CHANGED BACK",
  elsewhere: "OF ANOTHER DOMAIN",
  unproven: "CHANGED",
  unlisted: "not listed",
  shared: "SHARED",
  gone: "gone",
};

export default class TrustCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "show which keys are accepted, or accept a key that changed",
    examples: [
      ["What is accepted, and what differs in the store", "$0 trust"],
      ["Accept the new key of prod, after comparing its fingerprint", "$0 trust prod"],
      ["Which commands of .pprotect.yaml may rotate values", "$0 trust --hooks"],
      ["Write the list that PPROTECT_TRUST=strict uses, to commit it", "$0 trust --write"],
    ],
  };

  name = optionalArgument(
    "domain or custodian",
    DOMAIN,
    "whose key to accept; without it, all keys are listed",
  );
  custodian = flag("--custodian", "the name is a custodian's, also where a domain has the same name");
  hooks = flag("--hooks", "show the commands of .pprotect.yaml that rotate values, and accept them");
  write = flag("--write", `write the accepted keys to ${TRUST_FILE} beside the store`);

  async run(): Promise<Outcome> {
    if (this.write && this.name !== undefined) {
      throw new PprotectError("usage", "trust: a name or --write, not both");
    }
    if (this.custodian && this.name === undefined)
      throw new PprotectError("usage", "trust: --custodian says what a name means: give the name too");
    if (this.hooks) return this.#acceptHooks();
    const keyFile = this.readStore();
    // Whatever PPROTECT_TRUST says: this is about what the user accepts.
    const session = new TrustSession(absolutePath(this.storePath), keyFile.data, this.givenCredentials.warn);
    session.requirePins();
    if (this.name !== undefined) return this.#accept(keyFile, session, this.name);
    const keys = listKeys(keyFile.data, session.pins ?? NO_PINS, proofsIn(keyFile.data));
    return this.write ? this.#write(keys) : this.#list(keys);
  }

  /** Shows the commands, and every file of the project that they name, before they are accepted. */
  async #acceptHooks(): Promise<Outcome> {
    if (this.write || this.name !== undefined)
      throw new PprotectError("usage", "trust: --hooks takes no name, and not --write");
    const { configPath, readConfigFile } = await import("../../../config/config.ts");
    const { hooksOf } = await import("../../rotation/hooks.ts");
    const { acceptHooks, areAccepted } = await import("../../../exec/rotation/accepted-hooks.ts");
    const { stateDirectory } = await import("../../../system/state-directory.ts");
    const hooks = hooksOf(this.storePath, readConfigFile(configPath(this.storePath)));
    const { commands, files } = hooks;
    const result = {
      store: this.storePath,
      commands: commands.map((each) => ({ ...each })),
      files: files.map(({ path }) => path),
    };
    for (const { of, action, command } of commands)
      this.printLine(`${displayName(of)} ${action}: ${escapeUnprintableLines(command)}`);
    for (const { path, text, bytes, sha256 } of files) {
      const content =
        text === undefined
          ? `(${countNoun(bytes, "byte")}, not shown; SHA-256 ${sha256})`
          : escapeUnprintableLines(text).trimEnd();
      this.printLine(`\n--- ${escapeUnprintable(path)}\n${content}`);
    }
    const state = stateDirectory(process.env);
    if (commands.length === 0) this.note("There are no commands to accept.");
    else if (areAccepted(hooks, state)) this.note("These commands are accepted.");
    else {
      await this.confirmOrAbort("Accept these commands, as they are now? [y/N] ");
      await acceptHooks(hooks, state, (message) => this.note(message));
      this.note("Accepted. A change of a command, or of one of these files, has to be accepted again.");
    }
    return { result };
  }

  #list(keys: readonly ListedKey[]): Outcome {
    const rows = keys.map(({ kind, name, key, accepted, state }) => {
      const shownKey = displayFingerprint(key ?? accepted ?? "");
      const before =
        key !== undefined && accepted !== undefined && accepted !== key
          ? `, accepted is ${displayFingerprint(accepted)}`
          : "";
      return `${kind.padEnd(9)}  ${shownKey}  ${escapeUnprintable(name)}  (${STATES[state]}${before})\n`;
    });
    this.print(rows.join(""));
    return { result: { store: this.storePath, keys: keys.map(keyFields) } };
  }

  async #write(keys: readonly ListedKey[]): Promise<Outcome> {
    const doubtful = keys.filter((each) => each.state !== "gone" && !isAccepted(each));
    if (doubtful.length > 0) {
      throw new PprotectError(
        "untrusted_key",
        `not accepted: ${doubtful.map(({ kind, name }) => `${kind} "${displayName(name)}"`).join(", ")}`,
        "`pprotect trust` shows them, `pprotect trust NAME` accepts one",
      );
    }
    const ofKind = (kind: ListedKey["kind"]): Map<string, Fingerprint> =>
      new Map(
        keys.flatMap((each) => (each.kind === kind && each.key !== undefined ? [[each.name, each.key]] : [])),
      );
    const text = formatTrustList(ofKind("domain"), ofKind("custodian"));
    const file = join(realPath(dirname(absolutePath(this.storePath))), TRUST_FILE);
    await withLock(file, { timeout: 15_000, quiet: 1_000, onWait: (message) => this.note(message) }, () =>
      writeAtomically(file, text, undefined),
    );
    this.note(`Wrote ${escapeUnprintable(file)}. It counts once the default branch has it.`);
    return { result: { store: this.storePath, file, keys: keys.map(keyFields) } };
  }

  async #accept(keyFile: KeyFile, session: TrustSession, name: string): Promise<Outcome> {
    const isDomain = !this.custodian && keyFile.data.domains.has(name);
    if (!isDomain && !keyFile.data.custodians.has(name)) {
      if (this.custodian) findCustodian(keyFile.data, name);
      else findDomain(keyFile.data, name);
    }
    const subject = isDomain ? domainSubject(keyFile, name) : custodianSubject(keyFile, name);
    const accepted = subject.accepted(session.pins ?? NO_PINS);
    const { kind, key } = subject;
    const result = {
      store: this.storePath,
      kind,
      name,
      fingerprint: key,
      accepted_before: accepted ?? null,
    };
    this.note(
      `${kind} ${displayName(name)}\n  accepted  ${accepted === undefined ? "none" : displayFingerprint(accepted)}\n` +
        `  now       ${displayFingerprint(key)}${await this.#since(subject.text)}`,
    );
    for (const line of subject.details) this.note(`  ${line}`);
    await this.confirmOrAbort("Accept it? [y/N] ");
    session.accept(subject.accept);
    await session.save();
    this.note(`Accepted the key of ${kind} ${displayName(name)}.`);
    return { result };
  }

  async #since(text: string): Promise<string> {
    const repository = await repositoryOf(realpathOfFile(absolutePath(this.storePath)));
    const origin = repository && (await keyOrigin(repository, text));
    return origin === undefined
      ? ""
      : `, since commit ${origin.commit} by ${displayName(origin.author)}, ${origin.day}`;
  }
}

/** What is accepted. */
interface Subject {
  readonly kind: "domain" | "custodian";
  readonly key: Fingerprint;
  /** The key as the file writes it, for git's history. */
  readonly text: string;
  readonly details: readonly string[];
  accepted(pins: Pins): Fingerprint | undefined;
  accept(pins: Pins): Pins;
}

function domainSubject({ data }: KeyFile, name: string): Subject {
  const domain = findDomain(data, name);
  const key = domainFingerprint(domain);
  const owners = ownerKeys(domain, data);
  return {
    kind: "domain",
    key,
    text: domain.publicKey,
    details: [...owners]
      .sort(([a], [b]) => compareCodePoints(a, b))
      .map(([owner, ownerKey]) => `owner     ${displayFingerprint(ownerKey)}  ${escapeUnprintable(owner)}`),
    accepted: (pins) => pins.domains.get(name)?.key,
    accept: (pins) => pinDomain(pins, name, key, owners),
  };
}

function custodianSubject({ data }: KeyFile, name: string): Subject {
  const pwdkm = findCustodian(data, name);
  const key = custodianFingerprint(pwdkm);
  return {
    kind: "custodian",
    key,
    text: pwdkm,
    details: [],
    accepted: (pins) => pins.custodians.get(name),
    accept: (pins) => pinCustodian(pins, name, key),
  };
}

function keyFields({ kind, name, key, accepted, state }: ListedKey) {
  return { kind, name, fingerprint: key ?? null, accepted: accepted ?? null, state };
}
