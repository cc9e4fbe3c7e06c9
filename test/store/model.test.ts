import { expect, test } from "bun:test";
import fc from "fast-check";
import { KeyFile } from "../../src/store/key-file.ts";
import { utf8 } from "../support/bytes.ts";
import { CHEAP, unlocked } from "../support/stores.ts";

/** What must be true of a store: who has which passphrase, and what each domain holds for whom. */
interface Model {
  readonly passphrases: Map<string, string>;
  readonly domains: Map<string, { owners: Set<string>; secrets: Map<string, string> }>;
}

/** One change of the store and of the model; it is passed over where the model says that it is refused. */
type Step = (file: KeyFile, model: Model) => KeyFile;

const custodian = fc.constantFrom("ann", "ben", "it's: me", "__proto__");
const domain = fc.constantFrom("dev", "prod", "-x: #");
const secret = fc.constantFrom("a", "b", "C-3_d");
const text = fc.string({ unit: "grapheme", maxLength: 20 });

const addCustodian = fc.tuple(custodian, text).map(
  ([name, passphrase]): Step =>
    (file, model) => {
      if (model.passphrases.has(name) || passphrase === "") return file;
      model.passphrases.set(name, passphrase);
      return file.addCustodian({ name, passphrase }, CHEAP);
    },
);

const addDomain = fc.tuple(domain, custodian).map(
  ([name, owner]): Step =>
    (file, model) => {
      if (model.domains.has(name) || !model.passphrases.has(owner)) return file;
      model.domains.set(name, { owners: new Set([owner]), secrets: new Map() });
      return file.addDomain(name, owner);
    },
);

const setSecret = fc.tuple(domain, secret, text).map(
  ([name, key, value]): Step =>
    (file, model) => {
      const held = model.domains.get(name);
      if (!held) return file;
      held.secrets.set(key, value);
      return file.setSecret(name, key, value);
    },
);

const removeSecret = fc.tuple(domain, secret).map(
  ([name, key]): Step =>
    (file, model) => {
      return model.domains.get(name)?.secrets.delete(key) ? file.removeSecret(name, key) : file;
    },
);

const addOwner = fc.tuple(domain, custodian).map(
  ([name, owner]): Step =>
    (file, model) => {
      const held = model.domains.get(name);
      const [by] = held?.owners ?? [];
      if (!held || by === undefined || held.owners.has(owner) || !model.passphrases.has(owner)) return file;
      held.owners.add(owner);
      return file.addOwner(name, owner, unlock(file, model, by));
    },
);

const removeOwner = fc.tuple(domain, custodian).map(
  ([name, owner]): Step =>
    (file, model) => {
      const held = model.domains.get(name);
      if (!held?.owners.has(owner) || held.owners.size === 1) return file;
      held.owners.delete(owner);
      return file.removeOwner(name, owner);
    },
);

const rotate = domain.map(
  (name): Step =>
    (file, model) => {
      const [by] = model.domains.get(name)?.owners ?? [];
      return by === undefined ? file : file.rotateDomainKey(name, unlock(file, model, by));
    },
);

const changePassphrase = fc.tuple(custodian, text, fc.boolean()).map(
  ([name, passphrase, rekey]): Step =>
    (file, model) => {
      if (!model.passphrases.has(name) || passphrase === "") return file;
      const by = unlock(file, model, name);
      model.passphrases.set(name, passphrase);
      return rekey
        ? file.rekeyCustodian(by, passphrase, CHEAP)
        : file.setCustodianPassphrase(by, passphrase, CHEAP);
    },
);

const removeCustodian = custodian.map(
  (name): Step =>
    (file, model) => {
      const owned = [...model.domains.values()].filter(({ owners }) => owners.has(name));
      if (!model.passphrases.has(name) || owned.some(({ owners }) => owners.size === 1)) return file;
      for (const { owners } of owned) owners.delete(name);
      model.passphrases.delete(name);
      return file.removeCustodian(name);
    },
);

const removeDomain = domain.map(
  (name): Step =>
    (file, model) =>
      model.domains.delete(name) ? file.removeDomain(name) : file,
);

const migrate = fc.tuple(custodian, custodian).map(
  ([from, to]): Step =>
    (file, model) => {
      if (!model.passphrases.has(from) || !model.passphrases.has(to)) return file;
      for (const { owners } of model.domains.values()) if (owners.has(from)) owners.add(to);
      return file.migrateOwner(to, unlock(file, model, from));
    },
);

/** The file written and read again, as between two commands. */
const reread = fc.constant<Step>((file) => KeyFile.parse(utf8(file.toString()), "model.yaml"));

function unlock(file: KeyFile, { passphrases }: Model, name: string) {
  return unlocked(file, { name, passphrase: passphrases.get(name) ?? "" });
}

function expectModel(file: KeyFile, model: Model): void {
  expect([...file.data.custodians.keys()].toSorted()).toEqual([...model.passphrases.keys()].toSorted());
  expect([...file.data.domains.keys()].toSorted()).toEqual([...model.domains.keys()].toSorted());
  for (const name of model.passphrases.keys()) {
    const by = unlock(file, model, name);
    const owned = [...model.domains].filter(([, { owners }]) => owners.has(name));
    expect(file.domainsOf(name).toSorted()).toEqual(owned.map(([domain]) => domain).toSorted());
    for (const [domain, { secrets }] of owned) expect(file.decryptDomain(domain, by)).toEqual(secrets);
  }
}

test("after any operations, every owner can read every secret of its domains, and other custodians none", () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: addCustodian },
      { weight: 3, arbitrary: addDomain },
      { weight: 6, arbitrary: setSecret },
      removeSecret,
      { weight: 3, arbitrary: addOwner },
      removeOwner,
      rotate,
      changePassphrase,
      removeCustodian,
      removeDomain,
      migrate,
      reread,
    ),
    { minLength: 5, maxLength: 50 },
  );
  fc.assert(
    fc.property(steps, (sequence) => {
      const model: Model = { passphrases: new Map(), domains: new Map() };
      const file = sequence.reduce((each, step) => step(each, model), KeyFile.create());
      expectModel(file, model);
      expectModel(KeyFile.parse(utf8(file.toString()), "model.yaml"), model);
    }),
    { numRuns: 60 },
  );
});
