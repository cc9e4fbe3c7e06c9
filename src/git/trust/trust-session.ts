import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import type { StoreData } from "../../store/store-data.ts";
import { domainFingerprint } from "../../store/trust/fingerprint.ts";
import { judgeByPins, type KeyJudge } from "../../store/trust/judge.ts";
import { type Actor, type KeyUse, keyUses, pinsAfter, pinsAfterReading } from "../../store/trust/key-uses.ts";
import { ownerKeys, type Pins, pinDomain } from "../../store/trust/pins.ts";
import { type KeyState, type Purpose, verdictOn } from "../../store/trust/policy.ts";
import { proofsIn } from "../../store/trust/verify.ts";
import { SessionPins } from "./session-pins.ts";
import type { DoubtfulOwner } from "./trust-messages.ts";

const messages = lazy(() => require("./trust-messages.ts") as typeof import("./trust-messages.ts"));
const origins = () => import("./key-origin.ts");

/** What a change of a store would do with keys that are not accepted. */
class UnacceptedKeys extends Error {
  readonly store: StoreData;
  readonly uses: readonly KeyUse[];

  constructor(store: StoreData, uses: readonly KeyUse[]) {
    super("keys that are not accepted");
    this.store = store;
    this.uses = uses;
  }
}

/**
 * Compares the keys of a store with those that the user accepted, for one command. Matching keys cost the read of one
 * small file; git, history and signatures come in only where something differs.
 */
export class TrustSession {
  /** The store's real path. */
  readonly #path: string;
  readonly #judge: KeyJudge | undefined;
  readonly #warnings: (message: string) => void;
  /** None where something else decides. */
  readonly #pins: SessionPins;
  readonly #warned = new Set<string>();
  /** Owners that the user confirmed for this command. */
  readonly #confirmed = new Set<string>();

  /**
   * @param path the store's real path
   * @param warn gets a warning of one line
   * @param judge what decides in place of pins, which are then neither read nor written
   */
  constructor(path: string, store: StoreData, warn: (message: string) => void, judge?: KeyJudge) {
    this.#path = path;
    this.#warnings = warn;
    this.#judge = judge;
    this.#pins = judge ? SessionPins.none(path, store) : SessionPins.read(path, store);
  }

  /** The accepted keys, or nothing before the first use. */
  get pins(): Pins | undefined {
    return this.#pins.found;
  }

  /** @throws DamagedPinsError when it is lost which keys were accepted */
  requirePins(): void {
    if (this.#pins.damaged) throw this.#pins.damaged;
  }

  /** What decides about the keys of a store. */
  judgeOf(store: StoreData): KeyJudge {
    return this.#judge ?? judgeByPins(this.#pins.now, proofsIn(store));
  }

  /**
   * Before anything of these domains is opened.
   * @throws PprotectError `untrusted_key` where a key was accepted for another domain
   */
  async reading(store: StoreData, names: Iterable<string>): Promise<void> {
    const { damaged } = this.#pins;
    if (damaged) this.#warn(`${damaged.message} (${damaged.fix})`);
    const read = [...new Set(names)];
    for (const name of read) await this.#require(store, name, "read");
    if (this.#judge) return;
    this.#pins.change((pins) => pinsAfterReading(pins, store, read, proofsIn(store)));
  }

  /** Before a value is sealed to a domain or its key given to a custodian. @throws PprotectError `untrusted_key` */
  async using(store: StoreData, name: string, purpose: Purpose): Promise<void> {
    this.requirePins();
    await this.#require(store, name, purpose);
  }

  /**
   * Runs an update of the store whose change calls {@link allow}; what that finds doubtful is looked into, and the
   * update is run again if it may be done.
   * @throws PprotectError `untrusted_key`, `shared_key`
   */
  async during<Result>(update: () => Promise<Result>): Promise<Result> {
    let asked = "";
    for (;;) {
      try {
        return await update();
      } catch (error) {
        if (!(error instanceof UnacceptedKeys)) throw error;
        // Looking into them ends in a refusal or settles them; that it does neither would be a defect of ours.
        if (JSON.stringify(error.uses) === asked) throw error;
        asked = JSON.stringify(error.uses);
        for (const use of error.uses) await this.#lookInto(error.store, use);
      }
    }
  }

  /** Whether a change uses accepted keys alone. @throws UnacceptedKeys, for {@link during} */
  allow(before: StoreData, after: StoreData, actor: Actor | undefined): void {
    const uses = keyUses(before, after, actor);
    if (uses.length > 0) this.requirePins();
    const doubtful = uses.filter((use) => !this.#isAllowed(before, after, use));
    if (doubtful.length > 0) throw new UnacceptedKeys(before, doubtful);
  }

  /** What is wrong with the keys of a store's domains, each as the refusal to seal to it. */
  async problems(store: StoreData): Promise<{ domain: string; refusal: PprotectError }[]> {
    const found: { domain: string; refusal: PprotectError }[] = [];
    for (const [domain, data] of store.domains) {
      const { kind } = this.judgeOf(store).domain(store, domain, data);
      // On a branch from before a rotation nothing is wrong; shared keys show without pins.
      if (kind === "older" || kind === "shared") continue;
      try {
        await this.#require(store, domain, "seal");
      } catch (error) {
        if (!(error instanceof PprotectError)) throw error;
        found.push({ domain, refusal: error });
      }
    }
    return found;
  }

  /** Owners in the file who are not accepted and would get the domain's new key. */
  async doubtfulOwners(store: StoreData, domain: string, actor: Actor): Promise<DoubtfulOwner[]> {
    const data = store.domains.get(domain);
    if (!data) return [];
    const judge = this.#judgeOfOwners(store, domain);
    const doubtful: DoubtfulOwner[] = [];
    for (const owner of data.owners.keys()) {
      const grantee = messages().granteeOf(store, owner);
      if (!grantee || owner === actor.name) continue;
      const state = judge.owner(domain, data, grantee);
      if (state.kind === "known") continue;
      doubtful.push({ domain, grantee, state, origin: await this.#originOf(grantee.pwdkm) });
    }
    return doubtful;
  }

  /** The user says that an owner may have the domain's key. */
  confirm(domain: string, owner: string): void {
    this.#confirmed.add(JSON.stringify([domain, owner]));
  }

  /** After a change was written. */
  changed(before: StoreData, after: StoreData): void {
    if (this.#judge) return;
    this.#pins.change((pins) => pinsAfter(pins, before, after, proofsIn(before)));
  }

  /** Writes what this command has accepted. */
  async save(): Promise<void> {
    if (!this.#judge) await this.#pins.save();
  }

  /** Accepts a key as the user says. */
  accept(change: (pins: Pins) => Pins): void {
    this.#pins.change(change);
  }

  /** Owners are judged by the pins as they are once the domain's key was followed to the present one. */
  #judgeOfOwners(store: StoreData, domain: string): KeyJudge {
    const proofs = proofsIn(store);
    return this.#judge ?? judgeByPins(pinsAfterReading(this.#pins.now, store, [domain], proofs), proofs);
  }

  #isAllowed(before: StoreData, after: StoreData, use: KeyUse): boolean {
    const domain = before.domains.get(use.domain);
    if (!domain) return true;
    const judge = this.judgeOf(before);
    if (use.kind === "seal" || use.kind === "rotate") {
      const state = judge.domain(before, use.domain, domain);
      // A rotation is what repairs a shared key.
      if (use.kind === "rotate" && state.kind === "shared") return true;
      return verdictOn(state, use.kind === "seal" ? "seal" : "grant") === "allow";
    }
    const grantee = messages().granteeOf(after, use.owner);
    if (!grantee || this.#confirmed.has(JSON.stringify([use.domain, use.owner]))) return true;
    if (use.kind === "regrant") {
      return this.#judgeOfOwners(before, use.domain).owner(use.domain, domain, grantee).kind === "known";
    }
    const state = judge.domain(before, use.domain, domain);
    return (
      verdictOn(state, "grant") === "allow" && judge.newOwner(use.domain, domain, grantee).kind === "known"
    );
  }

  /** @throws PprotectError unless it may be done after all */
  async #lookInto(store: StoreData, use: KeyUse): Promise<void> {
    if (use.kind !== "regrant") {
      await this.#require(store, use.domain, use.kind === "seal" ? "seal" : "grant", use.kind === "rotate");
    }
    if (use.kind === "seal" || use.kind === "rotate") return;
    const domain = store.domains.get(use.domain);
    const grantee = messages().granteeOf(store, use.owner);
    if (!domain || !grantee) return;
    const judge = this.#judgeOfOwners(store, use.domain);
    const state =
      use.kind === "grant"
        ? judge.newOwner(use.domain, domain, grantee)
        : judge.owner(use.domain, domain, grantee);
    if (state.kind === "known") return;
    throw messages().ownerRefusal({
      domain: use.domain,
      grantee,
      state,
      origin: await this.#originOf(grantee.pwdkm),
    });
  }

  /** @throws PprotectError `untrusted_key`, `shared_key` */
  async #require(store: StoreData, name: string, purpose: Purpose, repairs = false): Promise<void> {
    const domain = store.domains.get(name);
    if (!domain) return;
    const state = this.judgeOf(store).domain(store, name, domain);
    if (repairs && state.kind === "shared") return;
    let verdict = verdictOn(state, purpose);
    if (verdict === "allow") return;
    if (verdict === "ask-upstream") {
      if (await this.#isUpstream(name, domain.publicKey)) {
        await this.#acceptUpstream(store, name, state);
        return;
      }
      verdict = purpose === "read" ? "warn" : "refuse";
    }
    const doubtful = {
      name,
      domain,
      state,
      pinned: this.#pins.now.domains.get(name)?.key,
      origin: state.kind === "shared" ? undefined : await this.#originOf(domain.publicKey),
    };
    const refusal = messages().domainRefusal(doubtful);
    if (verdict === "refuse") throw refusal;
    this.#warn(`${refusal.message} (${refusal.fix})`);
  }

  async #acceptUpstream(store: StoreData, name: string, state: KeyState): Promise<void> {
    const domain = store.domains.get(name);
    if (!domain) return;
    const origin = await this.#originOf(domain.publicKey);
    const message = messages().domainMessage({
      name,
      domain,
      state,
      pinned: this.#pins.now.domains.get(name)?.key,
      origin,
    });
    this.#warn(`${message}; accepted, because the upstream branch has it and its owners are the same`);
    this.#pins.change((pins) => pinDomain(pins, name, domainFingerprint(domain), ownerKeys(domain, store)));
  }

  async #isUpstream(name: string, publicKey: string): Promise<boolean> {
    const { baseStore, repositoryOf } = await origins();
    const repository = await repositoryOf(this.#path);
    const upstream = repository && (await baseStore(repository));
    return upstream?.domains.get(name)?.publicKey === publicKey;
  }

  /** Where a key came from, by git's history. */
  async #originOf(text: string) {
    const { keyOrigin, repositoryOf } = await origins();
    const repository = await repositoryOf(this.#path);
    return repository && keyOrigin(repository, text);
  }

  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#warnings(message);
  }
}
