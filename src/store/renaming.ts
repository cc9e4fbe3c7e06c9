import type { UnlockedCustodian } from "./custodian.ts";
import type { KeyFile } from "./key-file.ts";
import { refuseTakenTarget } from "./lookup.ts";
import { stagedRotations } from "./rotation/states.ts";
import { carryRotations } from "./rotation/steps.ts";
import type { SecretPath } from "./secret-path.ts";

/**
 * Seals a secret's value again under another name: a sealed value that is only copied would be taken for an attack.
 *
 * @throws PprotectError `no_such_domain`, `no_such_secret`, `secret_exists`, `invalid_name`, `not_owner`, `cannot_open`
 */
export function copySecret(
  file: KeyFile,
  from: SecretPath,
  to: SecretPath,
  owner: UnlockedCustodian,
  now = new Date(),
): KeyFile {
  refuseTakenTarget(file.data, to.domain, to.secret);
  return file.addSecret(to.domain, to.secret, file.decryptSecret(from.domain, from.secret, owner), now);
}

/** {@link copySecret}, and removes the secret from where it was. */
export function moveSecret(
  file: KeyFile,
  from: SecretPath,
  to: SecretPath,
  owner: UnlockedCustodian,
  now = new Date(),
): KeyFile {
  return copySecret(file, from, to, owner, now).removeSecret(from.domain, from.secret, now);
}

/**
 * Gives a domain another name, with a new key: a key under another name than the one it was accepted for is what an
 * attacker would show. The secrets stay the same.
 *
 * @param owners who gets the new key beside `owner`
 * @throws PprotectError `no_such_domain`, `domain_exists`, `invalid_name`, `not_owner`, `cannot_open`
 */
export function renameDomain(
  file: KeyFile,
  from: string,
  to: string,
  owner: UnlockedCustodian,
  owners: readonly string[],
  now = new Date(),
): KeyFile {
  const values = file.decryptDomain(from, owner);
  const others = owners.filter((name) => name !== owner.name);
  const created = file.addDomain(to, owner.name, now);
  const owned = others.reduce((changed, name) => changed.addOwner(to, name, owner, now), created);
  const filled = [...values].reduce(
    (changed, [name, value]) => changed.addSecret(to, name, value, now),
    owned,
  );
  const rotations = stagedRotations(file.data).filter((each) => each.domain === from);
  return carryRotations(filled, rotations, to, now).removeDomain(from, now);
}
