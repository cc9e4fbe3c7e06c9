import { compareCodePoints } from "../../../common/code-points.ts";
import { PprotectError } from "../../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import type { Knower } from "../../../store/access/value-holders.ts";
import type { SecretAccess } from "../../../store/access/who-knows.ts";
import type { UnlockedCustodian } from "../../../store/custodian.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findCustodian } from "../../../store/lookup.ts";
import type { StoreData } from "../../../store/store-data.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag } from "../../argv/option.ts";
import { CUSTODIAN } from "../../argv/value-type.ts";
import { AccessCommand, type FoundAccess } from "../../base/access-command.ts";
import { ownersToLeaveOut } from "../../base/owners-to-leave-out.ts";
import { explain } from "../../report/error-report.ts";
import type { NextAction, Outcome, Result } from "../../report/json-envelope.ts";
import { fillIn } from "../../report/next-action.ts";

/** What someone still has. */
interface Left {
  readonly isCustodian: boolean;
  readonly owns: readonly string[];
  /** Domains whose current key the person was given, without those that the person owns. */
  readonly keys: readonly { readonly domain: string; readonly owners: readonly string[] }[];
  readonly secrets: readonly { readonly secret: SecretAccess; readonly knower: Knower }[];
}

/** What a run changed. */
interface Done {
  readonly removed: boolean;
  readonly rotated: readonly string[];
  readonly leftOut: readonly string[];
}

const NOTHING_DONE: Done = { removed: false, rotated: [], leftOut: [] };

export default class OffboardCommand extends AccessCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "remove a person and list the values they still know",
    details:
      "Removes the key custodian from the store, gives each domain that they owned a new key, and lists the values that " +
      "they know: change each of them where it is used, then here. Replacing a key needs the credentials of another " +
      "owner of the domain. If no one user owns all of these domains, an owner of each runs the command.",
    examples: [
      ["Bob leaves", "$0 offboard bob@example.com -u alice@example.com"],
      [
        "Whether anything is left to do; exit status 1 until nothing is",
        "$0 offboard bob@example.com --check",
      ],
    ],
  };

  check = flag("--check", "change nothing; exit status 1 while the person still has a key or knows a value");
  custodian = optionalArgument("custodian", CUSTODIAN, "the person who leaves; asked for if not given");

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const person = this.custodian ?? (await this.ask("Custodian email: ", "custodian"));
    return this.check ? this.#checked(keyFile, person) : this.#offboarded(keyFile, person);
  }

  async #checked(keyFile: KeyFile, person: string): Promise<Outcome> {
    const found = await this.findAccess(keyFile.data, await this.givenReader(keyFile));
    this.#refuseUnknown(found, keyFile.data, person);
    this.refuseShallow(found);
    this.#warn(found);
    const left = leftOf(found, keyFile.data, person);
    this.#report(person, left, (line) => this.printLine(line));
    const { isCustodian, owns, keys, secrets } = left;
    const result = this.#result(person, left, NOTHING_DONE);
    if (!isCustodian && owns.length + keys.length + secrets.length === 0) {
      this.note(`${displayName(person)} has no current key and knows no current value.`);
      return { result };
    }
    const refusal = new PprotectError(
      "stale_access",
      isCustodian
        ? `${displayName(person)} is still a key custodian${owns.length === 0 ? "" : `, and owns ${owns.map(displayName).join(", ")}`}`
        : `${displayName(person)} still ${whatIsLeft(left)}`,
      isCustodian || keys.length > 0
        ? "`pprotect offboard` removes them and replaces the keys"
        : "change each value where it is used, then here with `pprotect update-secret`",
    );
    if (!this.json) this.note(explain(refusal).trimEnd());
    return { result, refusal };
  }

  async #offboarded(keyFile: KeyFile, person: string): Promise<Outcome> {
    const before = await this.findAccess(keyFile.data, undefined);
    this.#refuseUnknown(before, keyFile.data, person);
    refuseLastOwner(keyFile.data, person);
    const concerned = domainsOf(before, person);
    const done = await this.#change(keyFile, person, concerned);
    this.#warn(before);
    const { data } = this.readStore();
    const found = await this.findAccess(data, done.owner, { earlier: [keyFile.data] });
    const left = leftOf(found, data, person);
    this.#report(person, left, (line) => this.note(`  ${line}`));
    if (done.removed || done.rotated.length > 0)
      this.note(
        `Next: commit ${escapeUnprintable(this.storePath)}${done.rotated.length > 0 ? "; others use the new keys from that commit on" : ""}.`,
      );
    return { result: this.#result(person, left, done), nextActions: this.#nextActions(left) };
  }

  /** Removes the person, and replaces the keys of the domains that the user owns. */
  async #change(
    keyFile: KeyFile,
    person: string,
    concerned: readonly string[],
  ): Promise<Done & { readonly owner?: UnlockedCustodian }> {
    const isCustodian = keyFile.data.custodians.has(person);
    if (concerned.length === 0 && !isCustodian) return NOTHING_DONE;
    const owner = concerned.length === 0 ? undefined : await this.#owner(keyFile, person, concerned);
    const rotated = concerned.filter((name) => owner && owns(keyFile.data, name, owner.name));
    const keys =
      rotated.length === 0 ? "" : ` and replace the keys of ${rotated.map(displayName).join(", ")}`;
    await this.confirmRemoval(`Remove ${displayName(person)}${keys}? [y/N] `);
    const without = withoutPerson(keyFile, person);
    const leftOut = new Map<string, readonly string[]>();
    for (const name of rotated) {
      if (owner) leftOut.set(name, await this.#doubtful(without, name, owner));
    }
    await this.update(
      (file) => {
        refuseOtherDomains(file, person, concerned);
        return rotated.reduce(
          (changed, name) =>
            owner ? changed.rotateDomainKey(name, owner, new Date(), leftOut.get(name) ?? []) : changed,
          withoutPerson(file, person),
        );
      },
      `${isCustodian ? `Removed ${displayName(person)}` : `${displayName(person)} was removed before`}${rotated.length === 0 ? "" : `; replaced the keys of ${rotated.map(displayName).join(", ")}`}.`,
    );
    if (owner) await this.recordOwned(keyFile, owner);
    const names = [...new Set([...leftOut.values()].flat())];
    if (names.length > 0) this.note(`Left out and removed: ${names.map(displayName).join(", ")}.`);
    return { removed: isCustodian, rotated, leftOut: names, ...(owner && { owner }) };
  }

  /** @throws PprotectError `usage`, `not_owner` */
  async #owner(keyFile: KeyFile, person: string, concerned: readonly string[]): Promise<UnlockedCustodian> {
    const owner = await this.unlock(keyFile);
    if (owner.name === person) {
      throw new PprotectError(
        "usage",
        `${displayName(person)} cannot replace the keys: they would know the new ones`,
        "use the credentials of another owner",
      );
    }
    if (concerned.some((name) => owns(keyFile.data, name, owner.name))) return owner;
    throw new PprotectError(
      "not_owner",
      `${displayName(owner.name)} owns none of the domains whose keys must be replaced: ${concerned.map(displayName).join(", ")}`,
      "`pprotect list-owners` shows whose credentials are needed",
    );
  }

  async #doubtful(keyFile: KeyFile, domain: string, owner: UnlockedCustodian): Promise<string[]> {
    return ownersToLeaveOut(keyFile, domain, owner, {
      trust: await this.trust(keyFile),
      note: (message) => this.note(message),
      mayAsk: !this.nonInteractive || this.yes,
      confirmed: (question) => this.confirmed(question),
    });
  }

  #refuseUnknown({ history }: FoundAccess, store: StoreData, person: string): void {
    if (!history.custodians.has(person)) findCustodian(store, person);
  }

  #warn(found: FoundAccess): void {
    for (const limit of this.limitsOf(found)) this.note(`pprotect: warning: ${limit}`);
  }

  /** @param show prints a command: on standard error after a change, which a closed standard output must not fail */
  #report(person: string, { keys, secrets }: Left, show: (line: string) => void): void {
    for (const { domain, owners } of keys) {
      this.note(
        `${displayName(person)} still has the key of ${displayName(domain)}: an owner runs this command too (${owners.map(displayName).join(", ")})`,
      );
    }
    if (secrets.length > 0) {
      this.note(`Values to change, because ${displayName(person)} knows them:`);
    }
    for (const { secret } of secrets) {
      const [action] = this.next({ ...changeOf(secret), command: ["update-secret"] });
      show(escapeUnprintable(action?.command ?? ""));
    }
  }

  #nextActions({ secrets }: Left): readonly NextAction[] {
    return this.next(...secrets.map(({ secret }) => changeOf(secret)));
  }

  #result(person: string, left: Left, { removed, rotated, leftOut }: Done): Result {
    return {
      store: this.storePath,
      custodian: person,
      removed,
      rotated: [...rotated],
      left_out: [...leftOut],
      is_custodian: left.isCustodian,
      owns: [...left.owns],
      keys: left.keys.map(({ domain, owners }) => ({ domain, owners: [...owners] })),
      secrets: left.secrets.map(({ secret: { domain, secret, isExact }, knower: { how } }) => ({
        domain,
        secret,
        how,
        exact: isExact,
      })),
    };
  }
}

function changeOf({ domain, secret }: SecretAccess) {
  return {
    description: "change the value where it is used, then here",
    command: ["update-secret", "--value-file", fillIn("FILE")],
    args: [domain, secret],
  };
}

function owns({ domains }: StoreData, domain: string, name: string): boolean {
  return domains.get(domain)?.owners.has(name) ?? false;
}

/** The domains whose current key someone was given, sorted. */
function domainsOf({ access }: FoundAccess, person: string): string[] {
  return access.domains
    .filter(
      ({ owners, formerOwners }) =>
        owners.includes(person) || formerOwners.some(({ custodian }) => custodian === person),
    )
    .map(({ domain }) => domain)
    .sort(compareCodePoints);
}

function leftOf({ access }: FoundAccess, store: StoreData, person: string): Left {
  return {
    isCustodian: store.custodians.has(person),
    owns: access.domains.filter(({ owners }) => owners.includes(person)).map(({ domain }) => domain),
    keys: access.domains
      .filter(({ formerOwners }) => formerOwners.some(({ custodian }) => custodian === person))
      .map(({ domain, owners }) => ({ domain, owners })),
    secrets: access.secrets.flatMap((secret) =>
      secret.knowers
        .filter(({ custodian, isOwner }) => custodian === person && !isOwner)
        .map((knower) => ({ secret, knower })),
    ),
  };
}

function withoutPerson(file: KeyFile, person: string): KeyFile {
  return file.data.custodians.has(person) ? file.removeCustodian(person) : file;
}

/** Before anyone is asked for credentials. @throws PprotectError `last_owner` */
function refuseLastOwner({ domains }: StoreData, person: string): void {
  const sole = [...domains].filter(([, { owners }]) => owners.size === 1 && owners.has(person));
  if (sole.length === 0) return;
  throw new PprotectError(
    "last_owner",
    `${displayName(person)} is the only owner of ${sole.map(([name]) => displayName(name)).join(", ")}; nobody could read the secrets again`,
    "while they are here, have them run `pprotect add-owner` or `pprotect migrate-owner`; or remove the domain with `pprotect rm-domain`",
  );
}

/** @throws PprotectError `store_changed` where the person was given another domain meanwhile */
function refuseOtherDomains(file: KeyFile, person: string, concerned: readonly string[]): void {
  if (file.domainsOf(person).every((name) => concerned.includes(name))) return;
  throw new PprotectError(
    "store_changed",
    `another process made ${displayName(person)} an owner of another domain at the same time`,
    "nothing was written; run the command again",
  );
}

/** A phrase such as `has 1 key and knows 3 values`. */
function whatIsLeft({ keys, secrets }: Left): string {
  return [
    ...(keys.length > 0 ? [`has ${countNoun(keys.length, "key")}`] : []),
    ...(secrets.length > 0 ? [`knows ${countNoun(secrets.length, "value")}`] : []),
  ].join(" and ");
}
