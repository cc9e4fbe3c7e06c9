import { type ErrorCode, PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { domainsWith, findDomain } from "../store/lookup.ts";
import type { StoreData } from "../store/store-data.ts";
import type { Looked } from "./cascade.ts";

/** A secret of a store. */
export interface SecretPlace {
  readonly domain: string;
  readonly name: string;
}

/**
 * Looks a secret up by its name; opens nothing. Without a domain, the one that has the name is taken, if only one has.
 *
 * @param ambiguous the code of the error when several domains have it
 * @throws PprotectError `no_such_domain` for a domain that is given and is not there; `ambiguous`
 */
export function lookUpInStore(
  store: StoreData,
  domain: string | undefined,
  name: string,
  ambiguous: ErrorCode,
): Looked<SecretPlace> {
  if (domain !== undefined) {
    const place = displayName(`${domain}/${name}`);
    if (!findDomain(store, domain).secrets.has(name))
      return {
        kind: "missing",
        detail: `no secret "${displayName(name)}" in domain "${displayName(domain)}"`,
      };
    return { kind: "found", value: { domain, name }, detail: place };
  }
  const [first, ...more] = domainsWith(store, name);
  if (first === undefined)
    return { kind: "missing", detail: `no domain has a secret "${displayName(name)}"` };
  if (more.length > 0) {
    const listed = [first, ...more].map(displayName).join(", ");
    throw new PprotectError(
      ambiguous,
      `several domains have a secret "${displayName(name)}": ${listed}`,
      `name one of them: DOMAIN/SECRET, --domain, or "domain" in a manifest`,
    );
  }
  return { kind: "found", value: { domain: first, name }, detail: displayName(`${first}/${name}`) };
}
