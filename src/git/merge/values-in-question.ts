import { type DomainVersions, domainVersions, secretTexts } from "./domain-versions.ts";
import type { MergeCredentials } from "./merge-credentials.ts";
import { changedSide, type StoreVersions, VERSIONS, type VersionName } from "./versions.ts";

/** Sealed values of a domain in one version of a merge. */
export interface SealedValues {
  readonly domain: string;
  /** As that version has it. */
  readonly publicKey: string;
  /** Name and sealed value of each secret. */
  readonly boxes: readonly (readonly [secret: string, sealed: string])[];
}

/** Values by sealed value, of each domain. */
export type ValuesByBox = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * The sealed values whose content decides a merge: of secrets that both sides have changed, in every version of a
 * domain that both sides have. Nothing else of a merge can be decided by values alone.
 */
export function valuesInQuestion(versions: StoreVersions): readonly SealedValues[] {
  return [...versions.ours.domains.keys()]
    .filter((name) => versions.theirs.domains.has(name))
    .flatMap((name) => {
      const domain = domainVersions(name, versions);
      return VERSIONS.flatMap((version) => inVersion(domain, version, versions));
    });
}

function inVersion(domain: DomainVersions, version: VersionName, versions: StoreVersions): SealedValues[] {
  const { publicKey, secrets = new Map<string, string>() } = domain[version] ?? {};
  if (publicKey === undefined) return [];
  const boxes = [...secrets].filter(
    ([name]) => changedSide(secretTexts(domain, name), versions) === undefined,
  );
  return boxes.length === 0 ? [] : [{ domain: domain.name, publicKey, boxes }];
}

/**
 * Credentials for a merge that has values and no key: it compares and shows the values. It seals no copy of a domain's
 * key, signs nothing, makes no new key, and takes none that only one side has for genuine.
 */
export function valuesAlone(values: ValuesByBox, versions: StoreVersions): MergeCredentials {
  return {
    domainKey: () => undefined,
    secret(version, domain, secret) {
      const sealed = versions[version].domains.get(domain)?.secrets.get(secret);
      return sealed === undefined ? undefined : values.get(domain)?.get(sealed);
    },
    cannotOpenCopy: () => false,
    problem: () => undefined,
  };
}
